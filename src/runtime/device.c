/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/device.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"
#include "kernel/mount.h"
#include "runtime/init.h"
#include "runtime/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* config-linux.md, "Default Devices"; console and ptmx are made elsewhere. */
static const struct {
	const char *path;
	int64_t major, minor;
} defaults[] = {
	{ "/dev/null", 1, 3 },   { "/dev/zero", 1, 5 },    { "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

/* config.md, "dev symbolic links"; /dev/core where the kernel has it. */
static const struct {
	const char *target, *path;
} links[] = {
	{ "/proc/self/fd", "/dev/fd" },       { "/proc/self/fd/0", "/dev/stdin" }, { "/proc/self/fd/1", "/dev/stdout" },
	{ "/proc/self/fd/2", "/dev/stderr" }, { "/proc/kcore", "/dev/core" },
};

static mode_t type_bits(char type)
{
	return type == 'b' ? S_IFBLK : type == 'p' ? S_IFIFO : S_IFCHR;
}

static int bind_device(struct init *in, const struct spec_device *d)
{
	autocall(rootfs_target_release) struct rootfs_target target = ROOTFS_TARGET_NONE;
	autofd int source = openat(in->old_root, d->path + strspn(d->path, "/"), O_PATH | O_CLOEXEC), mnt = -1;
	struct sys_bind b = SYS_BIND_NONE;
	int r;

	if (source < 0)
		return fail_errno("bind device %s", d->path);
	r = rootfs_target(in, d->path, true, false, &target);
	if (r < 0)
		return r;
	b.source = source;
	b.shown_source = d->path;
	b.target = target.fd;
	b.shown = target.shown;
	b.before = target.before;
	mnt = sys_bind("mknod is not allowed here: the host's own", &b);
	return mnt < 0 ? mnt : 0;
}

/* What is at the name already must be that very device. */
static int check_existing(int dir, const char *name, const struct spec_device *d, dev_t number)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno("device %s", d->path);
	if ((st.st_mode & S_IFMT) != type_bits(d->type) || (d->type != 'p' && st.st_rdev != number))
		return fail(-EEXIST, "create device %s: something else is there already", d->path);
	return 0;
}

static int set_owner(int dir, const char *name, const char *shown, const struct spec_device *d)
{
	autofd int fd = -1;

	if (!(d->uid.set && d->uid.value) && !(d->gid.set && d->gid.value))
		return 0;
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail_errno("open %s", d->path);
	return sys_chown("as the spec says", fd, shown, (uid_t)d->uid.value, (gid_t)d->gid.value);
}

static int create(struct init *in, const struct spec_device *d, const char *why)
{
	dev_t number = d->type == 'p' ? 0 : makedev((unsigned int)d->major, (unsigned int)d->minor);
	mode_t mode = type_bits(d->type) | (d->file_mode.set ? (mode_t)d->file_mode.value & 07777 : 0666);
	autofree char *absolute = xasprintf("/%s", d->path), *path = path_clean(absolute), *parent = path_parent(path);
	autofree char *shown = rootfs_shown(path);
	autofd int dir = beneath_make_dirs(in->root, parent, 0755);
	int r;

	if (dir < 0)
		return fail_code(dir, "create device %s", d->path);
	r = sys_mknod(why, dir, path_base(path), shown, mode, number);
	if (r == -EPERM)
		return bind_device(in, d);
	if (r == -EEXIST)
		return check_existing(dir, path_base(path), d, number);
	return r < 0 ? r : set_owner(dir, path_base(path), shown, d);
}

static int link_all(struct init *in)
{
	autofd int dev = beneath_make_dirs(in->root, "/dev", 0755);

	if (dev < 0)
		return fail_code(dev, "open /dev");
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		autofree char *shown = rootfs_shown(links[i].path);
		int r;

		if (strcmp(links[i].target, "/proc/kcore") == 0 && faccessat(in->proc, "kcore", F_OK, 0) < 0)
			continue;
		r = sys_symlink("the usual name", links[i].target, dev, path_base(links[i].path), shown);
		if (r < 0 && r != -EEXIST)
			return r;
	}
	return 0;
}

/* /dev/ptmx must be the one of the container's devpts; an image's own node would be the host's. */
static int link_ptmx(struct init *in)
{
	autofd int dev = beneath_make_dirs(in->root, "/dev", 0755);

	if (dev < 0)
		return fail_code(dev, "open /dev");
	if (unlinkat(dev, "ptmx", 0) < 0 && errno != ENOENT)
		return fail_errno("replace /dev/ptmx");
	return sys_symlink("new terminals come from the container's devpts", "pts/ptmx", dev, "ptmx", "$ROOT/dev/ptmx");
}

int device_create_all(struct init *in)
{
	const struct spec_devices *devices = &in->spec->linux_.devices;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(defaults) && r == 0; i++) {
		struct spec_device d = {
			.path = (char *)(uintptr_t)defaults[i].path,
			.type = 'c',
			.major = defaults[i].major,
			.minor = defaults[i].minor,
		};

		r = create(in, &d, "a device every program expects");
	}
	for (size_t i = 0; i < devices->count && r == 0; i++)
		if (strcmp(devices->items[i].path, "/dev/ptmx") != 0) /* a link to the container's own, below */
			r = create(in, &devices->items[i], "linux.devices");
	if (r == 0)
		r = link_all(in);
	return r < 0 ? r : link_ptmx(in);
}
