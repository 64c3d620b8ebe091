/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/file.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/tree.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Into @fd, or with -1 into @name. */
static int write_step(const char *why, int fd, int dirfd, const char *name, const char *shown, const char *value)
{
	struct step step;
	int r = step_begin(&step, "write", why);

	if (!(why && !*why) && step_heard())
		step_say(&step, "echo %s > %s", step_quote(value), step_quote(shown));
	if (r == 0) {
		autofd int opened = fd < 0 ? openat(dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
		int to = fd < 0 ? opened : fd;
		ssize_t n;

		do
			n = to < 0 ? -1 : write(to, value, strlen(value));
		while (n < 0 && to >= 0 && errno == EINTR);
		if (n < 0)
			r = -errno;
	}
	return step_end(&step, r, "write %s to %s", value, shown);
}

int sys_write(const char *why, int dirfd, const char *name, const char *shown, const char *value)
{
	return write_step(why, -1, dirfd, name, shown, value);
}

int sys_write_open(const char *why, int fd, const char *shown, const char *value)
{
	return write_step(why, fd, -1, NULL, shown, value);
}

int sys_mkdir(const char *why, int dirfd, const char *name, const char *shown, mode_t mode)
{
	struct step step;
	int r = step_begin(&step, "mkdir", why);

	if (step_heard())
		step_say(&step, "mkdir -p -m %03o %s", mode, step_quote(shown));
	if (r == 0 && mkdirat(dirfd, name, mode) < 0)
		r = -errno;
	return step_end(&step, r, "create directory %s", shown);
}

int sys_rmdir(const char *why, int dirfd, const char *name, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "rmdir", why);

	if (step_heard())
		step_say(&step, "rmdir %s", step_quote(shown));
	if (r == 0 && unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = -errno;
	return step_end(&step, r, "remove directory %s", shown);
}

int sys_mknod(const char *why, int dirfd, const char *name, const char *shown, mode_t mode, dev_t device)
{
	struct step step;
	int r = step_begin(&step, "mknod", why);

	if (step_heard())
		step_say(&step, "mknod -m %03o %s %c %u %u", mode & 07777, step_quote(shown), S_ISBLK(mode) ? 'b' : 'c',
			 major(device), minor(device));
	if (r == 0 && mknodat(dirfd, name, mode, device) < 0)
		r = -errno;
	return step_end(&step, r, "create device %s", shown);
}

int sys_symlink(const char *why, const char *target, int dirfd, const char *name, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "symlink", why);

	if (step_heard())
		step_say(&step, "ln -s %s %s", step_quote(target), step_quote(shown));
	if (r == 0 && symlinkat(target, dirfd, name) < 0)
		r = -errno;
	return step_end(&step, r, "create symbolic link %s", shown);
}

int sys_chown(const char *why, int fd, const char *shown, uid_t uid, gid_t gid)
{
	struct step step;
	int r = step_begin(&step, "chown", why);

	if (step_heard())
		step_say(&step, "chown -h %u:%u %s", uid, gid, step_quote(shown));
	if (r == 0 && fchownat(fd, "", uid, gid, AT_EMPTY_PATH) < 0)
		r = -errno;
	return step_end(&step, r, "change the owner of %s", shown);
}

int sys_chown_tree(const char *why, int fd, const char *shown, uid_t uid, gid_t gid)
{
	struct step step;
	int r = step_begin(&step, "chown", why);

	if (step_heard())
		step_say(&step, "chown -R -P %u:%u %s", uid, gid, step_quote(shown));
	if (r == 0)
		r = tree_chown(fd, uid, gid);
	return step_end(&step, r, "change the owners in %s", shown);
}

int sys_set_label(const char *why, int fd, const char *shown, const char *label)
{
	char path[FD_PATH_MAX];
	struct step step;
	int r = step_begin(&step, "label", why);

	if (step_heard())
		step_say(&step, "chcon %s %s", step_quote(label), step_quote(shown));
	if (r == 0 && setxattr(fd_path(fd, path), "security.selinux", label, strlen(label) + 1, 0) < 0)
		r = -errno;
	return step_end(&step, r, "label %s", shown);
}

int sys_chmod(const char *why, int fd, const char *shown, mode_t mode)
{
	char path[FD_PATH_MAX];
	struct step step;
	int r = step_begin(&step, "chmod", why);

	if (step_heard())
		step_say(&step, "chmod %04o %s", mode, step_quote(shown));
	/* fchmod does not take O_PATH descriptors and fchmodat2 is Linux 6.6: through proc, which resolves to the pinned file */
	if (r == 0 && chmod(fd_path(fd, path), mode) < 0)
		r = -errno;
	return step_end(&step, r, "change the mode of %s", shown);
}
