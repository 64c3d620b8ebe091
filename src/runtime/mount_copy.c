/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount_copy.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int stop(int fd, const char *name, void *data)
{
	(void)fd;
	(void)name;
	(void)data;
	return 1;
}

int mount_copy_up(int target, int to, const char *shown, struct copy_up_keep keep)
{
	autofd int from = openat(target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofd int root = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st, own;
	int r;

	if (from < 0 || root < 0 || fstat(from, &st) < 0 || fstat(root, &own) < 0)
		return fail_errno("copy %s into what is mounted there", shown);
	/* a file system that holds something already keeps that */
	r = dir_each(root, ".", stop, NULL);
	if (r == 0)
		r = tree_copy(from, root);
	if (r != 0)
		return r < 0 ? fail_while(r, "copy %s into what is mounted there", shown) : 0;
	if (keep.mode)
		st.st_mode = own.st_mode;
	if (keep.owner) {
		st.st_uid = own.st_uid;
		st.st_gid = own.st_gid;
	}
	r = tree_copy_attributes(from, root, &st);
	return r < 0 ? fail_code(r, "copy %s into what is mounted there", shown) : 0;
}
