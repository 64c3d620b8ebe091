/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/masked.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/mount.h"
#include "runtime/init.h"
#include "runtime/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/*
 * The host's /dev/null, which no container can have exchanged, and which is checked nevertheless: a mask that is not the
 * null device would hand out what it is to hide.
 */
static int open_null(const struct init *in)
{
	autofd int fd = openat(in->old_root, "dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno("mask paths: /dev/null");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return fail(-EINVAL, "mask paths: /dev/null is not the null device");
	return take_fd(&fd);
}

static int mask_file(int null, int target, const char *shown)
{
	struct sys_bind b = SYS_BIND_NONE;
	autofd int mnt = -1;

	b.source = null;
	b.shown_source = "/dev/null";
	b.target = target;
	b.shown = shown;
	mnt = sys_bind("nothing to read here", &b);
	return mnt < 0 ? mnt : 0;
}

/* All masked directories share one empty read-only tmpfs: a mount costs less than a superblock. */
struct empty_directory {
	int mount; /* -1: not made yet */
	char *shown;
};

static int mask_directory(struct empty_directory *empty, int target, const char *shown)
{
	char size[] = "size=0k", inodes[] = "nr_inodes=1", mode[] = "mode=755";
	char *options[] = { size, inodes, mode, NULL };
	struct sys_bind b = SYS_BIND_NONE;
	autofd int mnt = -1;

	if (empty->mount < 0) {
		empty->shown = xstrdup(shown);
		empty->mount = sys_mount("nothing to read here", &(struct sys_mount){
									 .type = "tmpfs",
									 .source = "tmpfs",
									 .options = options,
									 .attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
										       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
									 .target = target,
									 .shown = shown,
								 });
		return empty->mount < 0 ? empty->mount : 0;
	}
	b.source = empty->mount;
	b.shown_source = empty->shown;
	b.target = target;
	b.shown = shown;
	mnt = sys_bind("the same empty directory", &b);
	return mnt < 0 ? mnt : 0;
}

/* Pins @path, or returns -ENOENT when there is nothing to protect. */
static int pin(const struct init *in, const char *path)
{
	int fd = beneath_pin(in->root, path);

	if (fd == -ENOTDIR)
		return -ENOENT;
	return fd < 0 && fd != -ENOENT ? fail_code(fd, "protect %s", path) : fd;
}

static int mask_all(struct init *in, int null, struct empty_directory *empty)
{
	const struct strv *paths = &in->spec->linux_.masked_paths;

	for (size_t i = 0; i < paths->count; i++) {
		autofree char *shown = rootfs_shown(paths->items[i]);
		autofd int target = pin(in, paths->items[i]);
		struct stat st;
		int r;

		if (target == -ENOENT)
			continue;
		if (target < 0)
			return target;
		if (fstat(target, &st) < 0)
			return fail_errno("mask %s", paths->items[i]);
		r = S_ISDIR(st.st_mode) ? mask_directory(empty, target, shown) : mask_file(null, target, shown);
		if (r < 0)
			return r;
	}
	return 0;
}

int masked_apply(struct init *in)
{
	struct empty_directory empty = { .mount = -1 };
	autofd int null = -1;
	int r;

	if (!in->spec->linux_.masked_paths.count)
		return 0;
	null = open_null(in);
	if (null < 0)
		return null;
	r = mask_all(in, null, &empty);
	cleanup_fd(&empty.mount);
	free(empty.shown);
	return r;
}

int readonly_apply(struct init *in)
{
	const struct strv *paths = &in->spec->linux_.readonly_paths;

	for (size_t i = 0; i < paths->count; i++) {
		autofree char *shown = rootfs_shown(paths->items[i]);
		autofd int target = pin(in, paths->items[i]), mnt = -1;
		struct sys_bind b = SYS_BIND_NONE;

		if (target == -ENOENT)
			continue;
		if (target < 0)
			return target;
		b.source = b.target = target;
		b.shown_source = b.shown = shown;
		b.recursive = true;
		b.rec_set = MOUNT_ATTR_RDONLY;
		mnt = sys_bind("to be read, not written", &b);
		if (mnt < 0)
			return mnt;
	}
	return 0;
}
