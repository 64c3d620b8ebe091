/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of the plan that is a filesystem of its own: made, filled, given away, and what of it is to be seen. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/file.h"
#include "kernel/mount.h"
#include "runtime/init.h"
#include "runtime/mount.h"
#include "runtime/mount_copy.h"
#include "runtime/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
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
static int keep_mode(const struct rootfs_target *target, struct strv *options)
{
	struct stat st;

	if (target->made || has_option(options, "mode="))
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
static bool takes_label(const struct spec *spec, const char *type)
{
	static const char *const own[] = { "proc", "sysfs", "cgroup", "cgroup2", "mqueue" };
	const char *label = spec->linux_.mount_label;

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

/* ---- one filesystem at several places ---- */

static const struct init_whole *find_whole(const struct init *in, const struct mount_entry *e)
{
	for (size_t i = 0; e->options.same && i < in->whole_count; i++)
		if (strcmp(in->wholes[i].name, e->options.same) == 0)
			return &in->wholes[i];
	return NULL;
}

static void keep_whole(struct init *in, const struct mount_entry *e, int mnt, const char *shown)
{
	in->wholes = xrealloc(in->wholes, (in->whole_count + 1) * sizeof *in->wholes);
	in->wholes[in->whole_count++] = (struct init_whole){ .name = xstrdup(e->options.same),
							     .shown = xstrdup(shown),
							     .mount = fcntl(mnt, F_DUPFD_CLOEXEC, 3) };
}

void mount_wholes_release(struct init *in)
{
	for (size_t i = 0; i < in->whole_count; i++) {
		free(in->wholes[i].name);
		free(in->wholes[i].shown);
		cleanup_fd(&in->wholes[i].mount);
	}
	free(in->wholes);
	in->wholes = NULL;
	in->whole_count = 0;
}

/* ---- a filesystem ---- */

/* One that is there already: the container's own of an earlier place, or what the caller has of another container. */
static int bind_whole(const struct init_whole *earlier, const struct runtime_tree *given, const struct sys_mount *m)
{
	struct sys_bind b = SYS_BIND_NONE;

	b.source = earlier ? earlier->mount : given->tree;
	b.detached = earlier ? -1 : given->tree;
	b.shown_source = earlier ? earlier->shown : given->shown;
	b.set = m->attributes;
	/* what was read-only there is not so here */
	b.clear = MOUNT_ATTR_RDONLY & ~m->attributes;
	b.target = m->target;
	b.shown = m->shown;
	b.before = m->before;
	return sys_bind(earlier ? "the same one as there" : "from outside", &b);
}

void mount_how_release(struct mount_how *how)
{
	strv_release(&how->options);
	strv_release(&how->lower);
}

void mount_how_fill(const struct spec *spec, const struct mount_entry *e, struct mount_how *ret)
{
	struct sys_mount *m = &ret->mount;

	m->type = e->spec->type ? e->spec->type : "none";
	m->source = e->spec->source;
	m->attributes = e->options.set | e->options.rec_set;
	strv_add_all(&ret->options, &e->options.data);
	if (strcmp(m->type, "overlay") == 0)
		mount_split_lower(&ret->options, &ret->lower);
	if (takes_label(spec, m->type))
		strv_add_format(&ret->options, "context=%s", spec->linux_.mount_label);
}

void mount_how_finish(struct mount_how *how)
{
	how->mount.lower = how->lower.count ? (char *const *)strv_array(&how->lower) : NULL;
	how->mount.options = (char *const *)strv_array(&how->options);
}

static int mount_new(const struct mount_entry *e, const struct rootfs_target *target, struct mount_how *how)
{
	struct sys_mount *m = &how->mount;
	int r = strcmp(m->type, "tmpfs") == 0 ? keep_mode(target, &how->options) : 0;

	if (r < 0)
		return r;
	mount_how_finish(how);
	return sys_mount(e->kind == MOUNT_CGROUP ? "its own part of the cgroup tree" : reason(m->type, e->destination), m);
}

static int give_away(const struct mount_entry *e, int mnt, const char *shown)
{
	autofd int root = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return fail_errno("open %s", shown);
	return sys_chown_tree("the volume becomes the user's", root, shown, e->options.uid, e->options.gid);
}

/* What it holds and whose that is, before anybody sees it. */
static int furnish(struct init *in, const struct mount_entry *e, const struct rootfs_target *target, int mnt, bool others)
{
	const char *type = e->spec->type ? e->spec->type : "none";
	int r = 0;

	if (e->options.copy_up && !others)
		r = mount_copy_up(target->fd, mnt, e->destination, given(&e->options.data));
	if (r == 0 && e->options.chown)
		r = give_away(e, mnt, target->shown);
	if (r == 0 && !others)
		r = label_queue(in, type, mnt, target->shown);
	return r == 0 ? propagate(e, mnt, target->shown) : r;
}

static bool is_view(const struct mount_entry *e)
{
	return e->options.subdir || (e->options.idmap && e->kind == MOUNT_FILESYSTEM);
}

int mount_filesystem(struct init *in, const struct mount_entry *e)
{
	autocall(rootfs_target_release) struct rootfs_target target = ROOTFS_TARGET_NONE;
	autocall(mount_how_release) struct mount_how how = { 0 };
	struct sys_mount *m = &how.mount;
	const struct runtime_tree *tree = e->kind == MOUNT_FILESYSTEM ? mount_given_tree(in->create, e) : NULL;
	const struct init_whole *earlier = find_whole(in, e);
	autofd int mnt = -1, view = -1;
	bool kernel, later;
	int r;

	mount_how_fill(in->spec, e, &how);
	kernel = strcmp(m->type, "proc") == 0 || strcmp(m->type, "sysfs") == 0;
	r = rootfs_target(in, e->destination, false, e->options.dest_nofollow || kernel, &target);
	/* through a link it would be elsewhere, and what is masked would not be masked (CVE-2019-19921) */
	if (r == -ELOOP && kernel)
		return fail(r, "mount %s: filesystem \"%s\" must be mounted on ordinary directory", e->destination, m->type);
	if (r == 0)
		r = mount_check_proc(e, target.fd, -1);
	if (r < 0)
		return r;
	later = m->attributes & MOUNT_ATTR_RDONLY && (strcmp(m->type, "tmpfs") == 0 || e->options.copy_up || e->options.chown);
	if (later)
		m->attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	m->target = target.fd;
	m->shown = target.shown;
	m->before = target.before;
	mnt = earlier || tree ? bind_whole(earlier, tree, m) : mount_new(e, &target, &how);
	if (mnt < 0)
		return mnt;
	r = furnish(in, e, &target, mnt, tree && !tree->fresh);
	if (r == 0 && e->options.same && !earlier)
		keep_whole(in, e, mnt, target.shown);
	if (r == 0 && is_view(e)) {
		r = view = mount_view(in, e, mnt, target.shown);
		if (r >= 0) {
			close(take_fd(&mnt));
			mnt = take_fd(&view);
		}
	}
	if (r >= 0 && later)
		seal_later(in, mnt, &target.shown);
	return r < 0 ? r : take_fd(&mnt);
}
