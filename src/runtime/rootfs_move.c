/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/mountinfo.h"
#include "base/path.h"
#include "kernel/mount.h"
#include "runtime/init.h"
#include "runtime/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define MOUNTINFO_MAX (16 << 20)

/* Whether the line is of a procfs or sysfs, and where that is: *@ret, owned by the caller. */
static bool is_kernel_view(const char *line, char **ret)
{
	const char *p = line, *separator = strstr(line, " - ");
	autofree char *type = NULL;

	if (!separator)
		return false;
	for (int i = 0; i < 4; i++)
		free(mountinfo_field(&p));
	*ret = mountinfo_field(&p);
	p = separator + 3;
	type = mountinfo_field(&p);
	return strcmp(type, "proc") == 0 || strcmp(type, "sysfs") == 0;
}

/*
 * The host's mounts stay in the mount namespace. A procfs or sysfs among them that nothing masks would let every new user
 * namespace in the container mount one without masks, too: the kernel forbids only to see more than what is there.
 */
static int hide_kernel_views(struct init *in)
{
	autobuf text = BUF_INIT;
	char shown[FD_PATH_MAX], root[PATH_MAX];
	ssize_t n = readlink(fd_path(in->root, shown), root, sizeof root - 1);
	int r = n < 0 ? fail_errno("find the root filesystem") : file_read(in->proc, "self/mountinfo", MOUNTINFO_MAX, &text);

	if (r == 0)
		root[n] = '\0';
	for (char *line = text.data, *end; r == 0 && line && *line; line = end) {
		autofree char *path = NULL;

		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (is_kernel_view(line, &path) && !path_is_below(path, root))
			r = sys_mount_hide("nothing inside may see it without its masks", path);
		/* it was below one that is covered already */
		if (r == -ENOENT || r == -EINVAL)
			r = 0;
	}
	return r;
}

int rootfs_move(struct init *in)
{
	int r = hide_kernel_views(in);

	return r < 0 ? r : sys_move_root("--no-pivot", in->root, "$ROOT");
}
