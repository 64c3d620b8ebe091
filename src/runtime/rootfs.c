/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rootfs.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/mount.h"
#include "kernel/step.h"
#include "runtime/init.h"
#include "runtime/mount_idmap.h"
#include "runtime/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *word;
	uint64_t type;
	bool recursive;
} propagations[] = {
	{ "shared", MS_SHARED, false },         { "rshared", MS_SHARED, true },         { "slave", MS_SLAVE, false },
	{ "rslave", MS_SLAVE, true },           { "private", MS_PRIVATE, false },       { "rprivate", MS_PRIVATE, true },
	{ "unbindable", MS_UNBINDABLE, false }, { "runbindable", MS_UNBINDABLE, true },
};

static uint64_t propagation(const struct spec *spec, bool *ret_recursive)
{
	const char *word = spec->linux_.rootfs_propagation;

	for (size_t i = 0; word && i < ARRAY_SIZE(propagations); i++)
		if (strcmp(propagations[i].word, word) == 0) {
			*ret_recursive = propagations[i].recursive;
			return propagations[i].type;
		}
	*ret_recursive = true;
	return MS_SLAVE;
}

static bool is_mount_root(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH, 0, &st) < 0 || (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* pivot_root refuses a root whose parent mount is shared; with shared propagation that mount alone becomes private. */
static int make_parent_private(int dir)
{
	autofd int at = fcntl(dir, F_DUPFD_CLOEXEC, 3);

	while (at >= 0 && !is_mount_root(at)) {
		int up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		close(at);
		at = up;
	}
	if (at < 0)
		return fail_errno("find the mount that holds the root filesystem");
	return sys_mount_propagate("pivot_root wants the mount around the new root to be private", at, ".", MS_PRIVATE, false);
}

static int mount_overlay(struct init *in, int target, const char *assign)
{
	const struct spec_overlay *o = &in->spec->root.overlay;
	autostrv lower = { 0 }, options = { 0 };
	struct sys_mount m = { .type = "overlay", .source = "overlay", .target = target, .shown = "$ROOT", .before = assign };

	/* the spec lists the lowest first, overlayfs wants the topmost first */
	for (size_t i = o->lower.count; i > 0; i--)
		strv_add(&lower, o->lower.items[i - 1]);
	if (o->upper) {
		strv_add_format(&options, "upperdir=%s", o->upper);
		strv_add_format(&options, "workdir=%s", o->work);
		/* whatever the kernel's own default: what is in upper is all of it, for diff and commit to read */
		strv_add(&options, "redirect_dir=off");
	}
	m.lower = (char *const *)strv_array(&lower);
	m.options = (char *const *)strv_array(&options);
	return sys_mount("the image's layers, with a writable directory on top", &m);
}

static int bind_root(const struct init *in, int target, const char *assign)
{
	const struct spec_root *root = &in->spec->root;
	autofree char *mapping = NULL;
	autofd int idmap = -1;
	struct sys_bind b = SYS_BIND_NONE;

	if (root->uid_mappings.count) {
		idmap = mount_idmap_make(in->proc, &root->uid_mappings, &root->gid_mappings, root->path);
		if (idmap < 0)
			return idmap;
		b.idmap = idmap;
		b.idmap_recursive = true;
		b.idmap_shown = mapping = mount_idmap_say(&root->uid_mappings, &root->gid_mappings);
	}
	b.source = b.target = target;
	b.shown_source = root->path;
	b.shown = "$ROOT";
	b.recursive = true;
	b.before = assign;
	return sys_bind("pivot_root wants the new root to be a mount", &b);
}

int rootfs_mount(struct init *in)
{
	const struct spec_root *root = &in->spec->root;
	const char *bundle = in->create->bundle_path ? in->create->bundle_path : "/";
	autofree char *assign = xasprintf("ROOT=%s", step_quote(root->path));
	autofd int dir = -1;
	bool recursive;
	uint64_t type = propagation(in->spec, &recursive);
	int r;

	in->old_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->old_root < 0)
		return fail_errno("open /");
	/* by path and here: a descriptor from before the clone belongs to the host's mount namespace and cannot be bound */
	if (in->bundle < 0)
		in->bundle = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->bundle < 0)
		return fail_errno("open bundle %s", bundle);
	/* what is unbindable cannot become the root by a bind: that comes at the end */
	r = sys_mount_propagate("mounts made here stay here", in->old_root, "/", type == MS_UNBINDABLE ? MS_PRIVATE : type,
				recursive);
	if (r < 0)
		return r;
	dir = in->root >= 0 ? take_fd(&in->root) : openat(in->bundle, root->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail_errno("root filesystem %s", root->path);
	if (type == MS_SHARED)
		r = make_parent_private(dir);
	if (r < 0)
		return r;
	in->root = root->overlay.lower.count ? mount_overlay(in, dir, assign) : bind_root(in, dir, assign);
	return in->root < 0 ? in->root : 0;
}

/*
 * config-linux.md, Namespaces: a container without a mount namespace is in the runtime's. It was built in one of its own all the
 * same and takes only a copy of its tree along, so the host never sees a mount of it and there is none to undo.
 */
static int leave_builder(struct init *in)
{
	autofd int tree = sys_tree_clone(in->root, "$ROOT", true);
	int r = tree < 0 ? tree
			 : sys_enter_tree("the mount namespace stays the caller's", tree, in->namespaces->caller_mounts, "$ROOT");

	if (r < 0)
		return r;
	/* the other tree is out of reach from here: a working directory in it would have no path */
	cleanup_fd(&in->root);
	in->root = take_fd(&tree);
	return 0;
}

int rootfs_enter(struct init *in)
{
	bool recursive;
	uint64_t type = propagation(in->spec, &recursive);
	int r = 0;

	if (in->spec->root.readonly)
		r = sys_mount_change("root.readonly", in->root, "$ROOT", MOUNT_ATTR_RDONLY, 0, false);
	if (r == 0 && in->namespaces->caller_mounts >= 0)
		return leave_builder(in);
	if (r == 0)
		r = in->create->no_pivot ? rootfs_move(in)
					 : sys_pivot_root("the host's files are gone for this process", in->root,
							  type == MS_SHARED || !recursive ? in->old_root : -1, "$ROOT");
	if (r == 0 && type != MS_SLAVE && type != MS_PRIVATE)
		r = sys_mount_propagate("linux.rootfsPropagation", in->root, "/", type, recursive);
	cleanup_fd(&in->old_root);
	cleanup_fd(&in->bundle);
	in->old_root = in->bundle = -1;
	return r;
}

void rootfs_target_release(struct rootfs_target *t)
{
	if (!t)
		return;
	cleanup_fd(&t->fd);
	free(t->shown);
	free(t->before);
	*t = ROOTFS_TARGET_NONE;
}

char *rootfs_shown(const char *path)
{
	return xasprintf("$ROOT%s%s", *path == '/' ? "" : "/", path);
}

int rootfs_target(const struct init *in, const char *path, bool file, bool nofollow, struct rootfs_target *ret)
{
	autocall(rootfs_target_release) struct rootfs_target t = ROOTFS_TARGET_NONE;

	t.shown = rootfs_shown(path);
	t.fd = beneath_open(in->root, path, O_PATH | (nofollow ? O_NOFOLLOW : 0), 0);
	if (t.fd >= 0 && nofollow) {
		struct stat st;

		if (fstat(t.fd, &st) == 0 && S_ISLNK(st.st_mode))
			return fail_code(-ELOOP, "mount target %s", path);
	}
	if (t.fd == -ENOENT) {
		t.made = true;
		t.fd = file ? beneath_make_file(in->root, path, 0644) : beneath_make_dirs(in->root, path, 0755);
		if (step_heard())
			t.before = file ? xasprintf("mkdir -p \"$(dirname %s)\" && touch %s", step_quote(t.shown),
						    step_quote(t.shown))
					: xasprintf("mkdir -p %s", step_quote(t.shown));
	}
	if (t.fd < 0)
		return fail_code(t.fd, "mount target %s", path);
	*ret = t;
	t = ROOTFS_TARGET_NONE;
	return 0;
}
