/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"
#include "kernel/mount.h"
#include "runtime/init.h"
#include "runtime/mount_copy.h"
#include "runtime/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What a reader of explain may want to know of the usual filesystems. */
static const char *reason(const char *type, const char *destination)
{
	static const struct {
		const char *type, *why;
	} reasons[] = {
		{ "proc", "the processes of the new pid namespace" },
		{ "sysfs", "devices and, below net, the interfaces of the new network namespace" },
		{ "devpts", "terminals of its own" },
		{ "mqueue", "POSIX message queues of the new ipc namespace" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (strcmp(reasons[i].type, type) == 0)
			return reasons[i].why;
	return strcmp(destination, "/dev") == 0 ? "an empty directory for device files" : "in memory";
}

static int propagate(const struct mount_entry *e, int mnt, const char *shown)
{
	if (!e->options.propagation)
		return 0;
	return sys_mount_propagate("mount option", mnt, shown, e->options.propagation, e->options.propagation_recursive);
}

/* What lxcfs and the like put over files of procfs; runc allows the same. */
static const char *const proc_files[] = {
	"/proc/cpuinfo",
	"/proc/diskstats",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/uptime",
	"/proc/loadavg",
	"/proc/slabinfo",
	"/proc/net/dev",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/sys/crypto/fips_enabled",
};

static bool on_procfs(int fd)
{
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

int mount_check_proc(const struct mount_entry *e, int target, int source)
{
	autofree char *absolute = xasprintf("/%s", e->destination), *path = path_clean(absolute);

	if (strcmp(path, "/proc") == 0) {
		if (on_procfs(source) || (source < 0 && e->spec->type && strcmp(e->spec->type, "proc") == 0))
			return 0;
		return fail(-EINVAL, "mount %s: cannot be mounted because it is not of type proc", path);
	}
	if (!on_procfs(target))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(proc_files); i++)
		if (strcmp(proc_files[i], path) == 0)
			return 0;
	return fail(-EINVAL, "mount %s: cannot be mounted because it is inside /proc", path);
}

static bool has_option(const struct strv *options, const char *prefix)
{
	for (size_t i = 0; i < options->count; i++)
		if (strncmp(options->items[i], prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

/*
 * runc's rule, which images count on: a tmpfs that is given no mode has that of the directory it covers, and one that is
 * given a mode has it, whatever is copied into it.
 */
static int keep_mode(const struct rootfs_target *target, const struct strv *asked, struct strv *options)
{
	struct stat st;

	strv_add_all(options, asked);
	if (target->made || has_option(asked, "mode="))
		return 0;
	if (fstat(target->fd, &st) < 0)
		return fail_errno("mount %s", target->shown);
	strv_add_format(options, "mode=%04o", st.st_mode & 07777);
	return 0;
}

static struct copy_up_keep given(const struct strv *options)
{
	return (struct copy_up_keep){
		.mode = has_option(options, "mode="),
		.owner = has_option(options, "uid=") || has_option(options, "gid="),
	};
}

/* linux.mountLabel is for what has no labels of its own: not for the kernel's views, nor for binds, whose files have some. */
static bool takes_label(const struct init *in, const char *type)
{
	static const char *const own[] = { "proc", "sysfs", "cgroup", "cgroup2", "mqueue" };
	const char *label = in->spec->linux_.mount_label;

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strcmp(own[i], type) == 0)
			return false;
	return label && *label;
}

/* mqueue takes no context= and lets its root be labelled instead. */
static int label_queue(const struct init *in, const char *type, int mnt, const char *shown)
{
	const char *label = in->spec->linux_.mount_label;

	return label && *label && strcmp(type, "mqueue") == 0 ? sys_set_label("linux.mountLabel", mnt, shown, label) : 0;
}

/* A tmpfs that is to be read-only gets what the spec has below it first: mount targets, devices, the console. */
static void seal_later(struct init *in, int mnt, char **shown)
{
	in->seals = xrealloc(in->seals, (in->seal_count + 1) * sizeof *in->seals);
	in->seals[in->seal_count++] = (struct init_seal){ .mount = fcntl(mnt, F_DUPFD_CLOEXEC, 3), .shown = take(shown) };
}

int mount_filesystem(struct init *in, const struct mount_entry *e)
{
	autocall(rootfs_target_release) struct rootfs_target target = ROOTFS_TARGET_NONE;
	autostrv options = { 0 }, lower = { 0 };
	autofd int mnt = -1;
	struct sys_mount m = {
		.type = e->spec->type ? e->spec->type : "none",
		.source = e->spec->source,
		.attributes = e->options.set | e->options.rec_set,
	};
	bool kernel = strcmp(m.type, "proc") == 0 || strcmp(m.type, "sysfs") == 0;
	bool later = strcmp(m.type, "tmpfs") == 0 && m.attributes & MOUNT_ATTR_RDONLY;
	int r = rootfs_target(in, e->destination, false, e->options.dest_nofollow || kernel, &target);

	/* through a link it would be elsewhere, and what is masked would not be masked (CVE-2019-19921) */
	if (r == -ELOOP && kernel)
		return fail(r, "mount %s: filesystem \"%s\" must be mounted on ordinary directory", e->destination, m.type);
	if (r == 0)
		r = mount_check_proc(e, target.fd, -1);
	if (r == 0 && strcmp(m.type, "tmpfs") == 0)
		r = keep_mode(&target, &e->options.data, &options);
	else if (r == 0)
		strv_add_all(&options, &e->options.data);
	if (r == 0 && strcmp(m.type, "overlay") == 0) {
		mount_split_lower(&options, &lower);
		m.lower = lower.count ? (char *const *)strv_array(&lower) : NULL;
	}
	if (r < 0)
		return r;
	if (takes_label(in, m.type))
		strv_add_format(&options, "context=%s", in->spec->linux_.mount_label);
	m.options = (char *const *)strv_array(&options);
	if (later)
		m.attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	m.target = target.fd;
	m.shown = target.shown;
	m.before = target.before;
	mnt = sys_mount(e->kind == MOUNT_CGROUP ? "its own part of the cgroup tree" : reason(m.type, e->destination), &m);
	if (mnt < 0)
		return mnt;
	if (e->options.copy_up)
		r = mount_copy_up(target.fd, mnt, e->destination, given(&e->options.data));
	if (r == 0)
		r = label_queue(in, m.type, mnt, target.shown);
	if (r == 0)
		r = propagate(e, mnt, target.shown);
	if (r == 0 && e->options.subdir) {
		r = mount_narrow(e, mnt, target.shown);
		if (r >= 0) {
			close(mnt);
			mnt = r;
		}
	}
	if (r >= 0 && later)
		seal_later(in, mnt, &target.shown);
	return r < 0 ? r : take_fd(&mnt);
}

int mount_seal(struct init *in)
{
	int r = 0;

	for (size_t i = 0; i < in->seal_count; i++) {
		struct init_seal *seal = &in->seals[i];

		if (r == 0)
			r = sys_mount_change("complete, so read-only now", seal->mount, seal->shown, MOUNT_ATTR_RDONLY, 0, false);
		cleanup_fd(&seal->mount);
		free(seal->shown);
	}
	free(in->seals);
	in->seals = NULL;
	in->seal_count = 0;
	return r;
}

static int apply_one(struct init *in, const struct mount_entry *e)
{
	autofd int mnt = -1;

	switch (e->kind) {
	case MOUNT_BIND:
		return mount_bind(in, e);
	case MOUNT_CGROUP:
		return mount_cgroup(in, e);
	case MOUNT_FILESYSTEM:
		if (mount_given_tree(in->create, e))
			return mount_bind(in, e);
		mnt = mount_filesystem(in, e);
		return mnt < 0 ? mnt : 0;
	}
	return -EINVAL;
}

int mount_apply(struct init *in, const struct mount_plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < plan->count && r == 0; i++)
		r = apply_one(in, &plan->items[i]);
	return r;
}
