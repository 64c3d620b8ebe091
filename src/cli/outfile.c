/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outfile.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void outfile_release(struct outfile *o)
{
	cleanup_fd(&o->fd);
	if (o->temporary)
		(void)unlink(o->temporary);
	free(o->temporary);
	free(o->path);
	*o = OUTFILE_NONE;
}

static char *beside(const char *path)
{
	char digits[17];

	random_hex(digits, 16);
	return xasprintf("%s.%s.tmp", path, digits);
}

/* A file without a name, or else with one that outfile_release takes away. */
static int open_new(struct outfile *o)
{
	autofree char *dir = path_parent(o->path);

	o->fd = open(dir, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	if (o->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
		o->temporary = beside(o->path);
		o->fd = open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	}
	return o->fd < 0 ? fail_errno("create %s", o->path) : 0;
}

int outfile_open(const char *path, struct outfile *ret)
{
	autocall(outfile_release) struct outfile o = OUTFILE_NONE;
	struct stat st;
	int r = 0;

	if (!path && isatty(STDOUT_FILENO))
		return fail(-EINVAL, "cowardly refusing to save to a terminal. Use the -o flag or redirect");
	if (!path) {
		o.fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		r = o.fd < 0 ? fail_errno("write to standard output") : 0;
	} else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		/* a pipe or /dev/null; a directory says that it is one */
		o.fd = open(path, O_WRONLY | O_CLOEXEC);
		r = o.fd < 0 ? fail_errno("open %s", path) : 0;
	} else {
		o.path = xstrdup(path);
		r = open_new(&o);
	}
	if (r < 0)
		return r;
	*ret = o;
	o = OUTFILE_NONE;
	return 0;
}

/* A name can be given but not replaced by linkat: so first one beside it. */
static int give_name(struct outfile *o)
{
	char self[FD_PATH_MAX];

	if (linkat(AT_FDCWD, fd_path(o->fd, self), AT_FDCWD, o->path, AT_SYMLINK_FOLLOW) == 0)
		return 1;
	o->temporary = beside(o->path);
	return linkat(AT_FDCWD, fd_path(o->fd, self), AT_FDCWD, o->temporary, AT_SYMLINK_FOLLOW);
}

int outfile_commit(struct outfile *o)
{
	int r = 0;

	if (!o->path)
		return 0;
	if (!o->temporary)
		r = give_name(o);
	if (r == 0 && rename(o->temporary, o->path) < 0)
		r = -1;
	if (r < 0)
		return fail_errno("create %s", o->path);
	free(take(&o->temporary));
	return 0;
}
