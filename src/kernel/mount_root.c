/* SPDX-License-Identifier: Apache-2.0 */
/* Another root for this process, and what it is not to see of the old one. */
#include "base/cleanup.h"
#include "kernel/mount.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int sys_mount_hide(const char *why, const char *path)
{
	struct step step;
	int r = step_begin(&step, "hide", why);

	if (step_heard())
		step_say(&step, "mount --make-private %s && mount -t tmpfs -o ro,size=4k tmpfs %s", step_quote(path),
			 step_quote(path));
	/* what covers a private mount is propagated to nobody */
	if (r == 0 && (mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0 || mount("tmpfs", path, "tmpfs", MS_RDONLY, "size=4k") < 0))
		r = -errno;
	return step_end(&step, r, "hide the mount %s", path);
}

int sys_pivot_root(const char *why, int root, int shared, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "pivot_root", why);

	/*
	 * pivot_root(2): with both arguments "." the old root ends up on top of the new one. What of it is still shared with the
	 * host, for the container's mounts are to be (rshared), would be unmounted there, too.
	 */
	if (step_heard())
		step_say(&step, "cd %s && pivot_root . . && %sumount -l . && cd /", step_quote(shown),
			 shared < 0 ? "" : "mount --make-rslave . && ");
	if (r == 0 && (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
		       (shared >= 0 && (fchdir(shared) < 0 || mount("", ".", "", MS_REC | MS_SLAVE, NULL) < 0)) ||
		       umount2(".", MNT_DETACH) < 0 || chdir("/") < 0))
		r = -errno;
	return step_end(&step, r, "pivot_root to %s", shown);
}

int sys_move_root(const char *why, int root, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "chroot", why);

	if (step_heard())
		step_say(&step, "cd %s && mount --move . / && exec chroot . sh", step_quote(shown));
	if (r == 0 && (fchdir(root) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0))
		r = -errno;
	return step_end(&step, r, "make %s the root", shown);
}

int sys_enter_tree(const char *why, int tree, int mount_ns, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "chroot", why);

	if (step_heard())
		step_say(&step, "exec chroot %s sh", step_quote(shown));
	if (r == 0 &&
	    ((mount_ns >= 0 && setns(mount_ns, CLONE_NEWNS) < 0) || fchdir(tree) < 0 || chroot(".") < 0 || chdir("/") < 0))
		r = -errno;
	return step_end(&step, r, "make %s the root", shown);
}
