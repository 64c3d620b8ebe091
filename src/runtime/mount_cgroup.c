/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mount of type "cgroup": what the container sees of the cgroup tree. With a cgroup namespace a fresh mount shows its own
 * cgroup as the root; without one, its own cgroup is bound, so that it never sees the host's tree (CVE-2023-25809).
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"
#include "kernel/mount.h"
#include "runtime/cgroup.h"
#include "runtime/init.h"
#include "runtime/mount.h"
#include "runtime/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

/* One line of /proc/self/cgroup: "4:memory:/path". */
struct hierarchy {
	char *controllers; /* "cpu,cpuacct", "name=systemd", "" for v2; in the line's own memory */
	char *path;
};

static bool parse_line(char *line, struct hierarchy *ret)
{
	char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!path)
		return false;
	*path = '\0';
	ret->controllers = controllers + 1;
	ret->path = path + 1;
	return true;
}

static bool is_pure_v2(void)
{
	struct statfs fs;

	return statfs(CGROUP_ROOT, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static bool has_namespace(const struct init *in)
{
	return in->spec->linux_.namespaces[SPEC_NS_CGROUP].set;
}

/* Binds the process's own cgroup directory of the host's tree at @target. */
static int bind_own(const struct mount_entry *e, const char *host_dir, const struct rootfs_target *target)
{
	autofd int source = open(host_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sys_bind b = SYS_BIND_NONE;
	autofd int mnt = -1;

	if (source < 0)
		return fail_errno("mount %s: %s", e->destination, host_dir);
	b.source = source;
	b.shown_source = host_dir;
	b.recursive = true;
	b.rec_set = e->options.set | e->options.rec_set;
	b.target = target->fd;
	b.shown = target->shown;
	b.before = target->before;
	mnt = sys_bind("its own cgroup", &b);
	return mnt < 0 ? mnt : 0;
}

/*
 * The directory of the container's cgroup: where it was made, which in another container may be a mount of a part of the
 * hierarchy, while @h counts from its root.
 */
static char *own_directory(const struct init *in, const char *mount, const struct hierarchy *h)
{
	const char *made = in->cgroup ? cgroup_directory(in->cgroup, h->controllers) : NULL;

	return made ? xstrdup(made) : path_join(mount, h->path);
}

static int read_own(struct init *in, struct buf *ret)
{
	return file_read(in->proc, "self/cgroup", 1 << 16, ret);
}

static int mount_v2(struct init *in, const struct mount_entry *e)
{
	struct spec_mount as = *e->spec;
	struct mount_entry entry = *e;
	autocall(rootfs_target_release) struct rootfs_target target = ROOTFS_TARGET_NONE;
	autofree char *dir = NULL;
	autobuf text = BUF_INIT;
	struct hierarchy h = { 0 };
	char v2[] = "cgroup2", name[] = "cgroup", *save = NULL;
	autofd int mnt = -1;
	bool found = false;
	int r = -EPERM;

	if (has_namespace(in)) {
		as.type = v2;
		as.source = name;
		entry.spec = &as;
		mnt = mount_filesystem(in, &entry);
		/* inside a user namespace a cgroup2 mount needs a cgroup namespace of that same user namespace */
		if (mnt >= 0 || mnt != -EPERM)
			return mnt < 0 ? mnt : 0;
	}
	r = rootfs_target(in, e->destination, false, e->options.dest_nofollow, &target);
	if (r == 0)
		r = read_own(in, &text);
	if (r < 0)
		return r;
	/* "0::/path", alone or behind hierarchies of v1 that are mounted nowhere */
	for (char *line = strtok_r(text.data, "\n", &save); line && !found; line = strtok_r(NULL, "\n", &save))
		found = parse_line(line, &h) && !*h.controllers;
	if (!found)
		return fail(-EPROTO, "mount %s: /proc/self/cgroup makes no sense", e->destination);
	dir = has_namespace(in) ? xstrdup(CGROUP_ROOT) : own_directory(in, CGROUP_ROOT, &h);
	return bind_own(e, dir, &target);
}

/* "name=systemd" is mounted at "systemd", "cpu,cpuacct" at that name with a link for each half. */
static int mount_v1_one(struct init *in, const struct mount_entry *e, int tmpfs, const struct hierarchy *h)
{
	const char *name = strncmp(h->controllers, "name=", 5) == 0 ? h->controllers + 5 : h->controllers;
	autocall(rootfs_target_release) struct rootfs_target target = ROOTFS_TARGET_NONE;
	autofree char *host = NULL, *below = NULL;
	autostrv options = { 0 };
	autofd int mnt = -1;
	int r;

	if (!*name)
		return 0; /* the v2 tree of a hybrid layout has no controllers worth showing */
	host = path_join(CGROUP_ROOT, name);
	if (access(host, F_OK) < 0)
		return 0; /* in the kernel, but not mounted here */
	target.shown = xasprintf("$ROOT%s/%s", e->destination, name);
	target.before = xasprintf("mkdir %s", target.shown);
	if (mkdirat(tmpfs, name, 0755) < 0 && errno != EEXIST)
		return fail_errno("create %s/%s", e->destination, name);
	target.fd = openat(tmpfs, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target.fd < 0)
		return fail_errno("open %s/%s", e->destination, name);
	if (!has_namespace(in)) {
		below = own_directory(in, host, h);
		return bind_own(e, below, &target);
	}
	strv_add(&options, h->controllers);
	/* a named hierarchy has no controllers: "none,name=systemd" */
	if (name != h->controllers)
		strv_add(&options, "none");
	mnt = sys_mount("its own part of this cgroup hierarchy", &(struct sys_mount){
									 .type = "cgroup",
									 .source = "cgroup",
									 .options = (char *const *)strv_array(&options),
									 .attributes = e->options.set | e->options.rec_set,
									 .target = target.fd,
									 .shown = target.shown,
									 .before = target.before,
								 });
	if (mnt < 0)
		return mnt;
	r = 0;
	for (const char *c = name; r == 0 && strchr(name, ',') && *c;) {
		size_t n = strcspn(c, ",");
		autofree char *link = xstrndup(c, n), *shown = xasprintf("$ROOT%s/%s", e->destination, link);

		r = sys_symlink("controllers of one hierarchy go by their own names, too", name, tmpfs, link, shown);
		c += n + (c[n] == ',');
	}
	return r;
}

static int mount_v1(struct init *in, const struct mount_entry *e)
{
	struct spec_mount as = *e->spec;
	struct mount_entry entry = *e;
	autostrv data = { 0 };
	autobuf text = BUF_INIT;
	autofd int tmpfs = -1;
	char *save = NULL, type[] = "tmpfs";
	int r = read_own(in, &text);

	if (r < 0)
		return r;
	as.type = as.source = type;
	strv_add(&data, "mode=755");
	entry.spec = &as;
	entry.options.data = data;
	entry.options.set &= ~(uint64_t)MOUNT_ATTR_RDONLY; /* until the directories are made */
	entry.options.rec_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	tmpfs = mount_filesystem(in, &entry);
	if (tmpfs < 0)
		return tmpfs;
	for (char *line = strtok_r(text.data, "\n", &save); line && r == 0; line = strtok_r(NULL, "\n", &save)) {
		struct hierarchy h;

		if (parse_line(line, &h))
			r = mount_v1_one(in, e, tmpfs, &h);
	}
	if (r == 0 && ((e->options.set | e->options.rec_set) & MOUNT_ATTR_RDONLY)) {
		autofree char *shown = rootfs_shown(e->destination);

		r = sys_mount_change("no new names here", tmpfs, shown, MOUNT_ATTR_RDONLY, 0, false);
	}
	return r;
}

int mount_cgroup(struct init *in, const struct mount_entry *e)
{
	return is_pure_v2() ? mount_v2(in, e) : mount_v1(in, e);
}
