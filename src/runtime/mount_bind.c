/* SPDX-License-Identifier: Apache-2.0 */
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"
#include "kernel/mount.h"
#include "kernel/step.h"
#include "runtime/init.h"
#include "runtime/mount.h"
#include "runtime/mount_idmap.h"
#include "runtime/rootfs.h"
#include "runtime/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

const struct runtime_tree *mount_given_tree(const struct runtime_create *create, const struct mount_entry *e)
{
	const struct runtime_given *given = create->given;

	for (size_t i = 0; given && i < given->tree_count; i++)
		if (strcmp(given->trees[i].at, e->spec->destination) == 0)
			return &given->trees[i];
	return NULL;
}

int mount_open_source(const struct mount_entry *e, int bundle)
{
	const char *source = e->spec->source ? e->spec->source : "";
	autofd int fd = openat(bundle, source, O_PATH | O_CLOEXEC | (e->options.source_nofollow ? O_NOFOLLOW : 0));

	if (fd < 0)
		return fail_errno("bind %s to %s: source", source, e->destination);
	return e->options.subdir ? mount_subdir(fd, e) : take_fd(&fd);
}

char *mount_inside_root(const struct runtime_create *create, const struct mount_entry *e)
{
	const char *bundle = create->bundle_path ? create->bundle_path : "/";
	autofree char *root = path_absolute(bundle, create->spec->root.path);
	autofree char *source = path_absolute(bundle, e->spec->source ? e->spec->source : "");

	return strcmp(root, "/") != 0 && path_is_below(source, root) ? xstrdup(source + strlen(root)) : NULL;
}

static int open_inside(struct init *in, const struct mount_entry *e, const char *path)
{
	autofd int fd = beneath_open(in->root, *path ? path : "/", O_PATH, 0);

	if (fd < 0)
		return fail_code(fd, "bind %s to %s: source", e->spec->source, e->destination);
	return e->options.subdir ? mount_subdir(fd, e) : take_fd(&fd);
}

static int open_source(struct init *in, const struct mount_entry *e, struct stat *st)
{
	size_t place = (size_t)(e->spec - in->spec->mounts.items);
	const struct runtime_tree *given = mount_given_tree(in->create, e);
	int opened = given ? given->tree : -1;
	autofree char *inside = opened < 0 && in->user_ns ? mount_inside_root(in->create, e) : NULL;
	autofd int fd = -1;

	if (opened < 0 && in->sources)
		opened = in->sources[place];
	if (opened >= 0)
		fd = fcntl(opened, F_DUPFD_CLOEXEC, 3);
	else
		fd = inside ? open_inside(in, e, inside) : mount_open_source(e, in->bundle);
	if (fd >= 0 && fstat(fd, st) == 0)
		return take_fd(&fd);
	return fd < 0 && opened < 0 ? fd : fail_errno("bind %s: source", e->destination);
}

/* The source of a bind, and what its subdir= says: the path for the words. */
static char *shown_source(const struct mount_entry *e, const struct runtime_tree *given)
{
	if (given)
		return xstrdup(given->shown);
	return e->options.subdir ? path_join(e->spec->source, e->options.subdir) : xstrdup(e->spec->source);
}

/* The kernel's EINVAL says nothing of it, and it is what people get wrong most: a path that is missing becomes a directory. */
static int check_kinds(const char *source, const char *destination, const struct stat *st, int target)
{
	struct stat covered;

	if (fstat(target, &covered) < 0)
		return fail_errno("mount target %s", destination);
	if (S_ISDIR(st->st_mode) == S_ISDIR(covered.st_mode))
		return 0;
	fail_code(-ENOTDIR, "bind %s to %s", source, destination);
	return fail_hint(-ENOTDIR,
			 "%s is %s, and what the container has there is not: check that the path on the host exists and is "
			 "what was meant",
			 source, S_ISDIR(st->st_mode) ? "a directory" : "a file");
}

static int copy_symlink(struct init *in, const struct mount_entry *e, int source)
{
	autofree char *parent = path_parent(e->destination), *shown = rootfs_shown(e->destination);
	autofd int dir = beneath_make_dirs(in->root, parent, 0755);
	char target[PATH_MAX], there[PATH_MAX];
	ssize_t n = readlinkat(source, "", target, sizeof target - 1);
	int r;

	if (dir < 0)
		return fail_code(dir, "mount target %s", e->destination);
	if (n < 0)
		return fail_errno("read the link %s", e->spec->source);
	target[n] = '\0';
	/* the same one is fine: a second container of the same root filesystem */
	if (readlinkat(dir, path_base(e->destination), there, sizeof there) == n && memcmp(there, target, (size_t)n) == 0)
		return 0;
	r = sys_symlink("copy-symlink", target, dir, path_base(e->destination), shown);
	return r == -EEXIST ? fail_code(r, "link %s: something else is there already", e->destination) : r;
}

int mount_bind(struct init *in, const struct mount_entry *e)
{
	autocall(rootfs_target_release) struct rootfs_target target = ROOTFS_TARGET_NONE;
	autofd int source = -1, mnt = -1, idmap = -1, tree = -1;
	const struct runtime_tree *given = mount_given_tree(in->create, e);
	autofree char *shown = shown_source(e, given), *mapping = NULL;
	struct sys_bind b = SYS_BIND_NONE;
	struct stat st;
	int r;

	source = open_source(in, e, &st);
	if (source < 0)
		return source;
	if (e->options.copy_symlink && S_ISLNK(st.st_mode))
		return copy_symlink(in, e, source);
	r = rootfs_target(in, e->destination, !S_ISDIR(st.st_mode), e->options.dest_nofollow, &target);
	if (r == 0)
		r = mount_check_proc(e, target.fd, source);
	if (r == 0)
		r = check_kinds(shown, e->destination, &st, target.fd);
	if (r < 0)
		return r;
	if (e->options.idmap) {
		r = in->user_ns ? (tree = sources_idmapped(in, source)) : (idmap = mount_idmap_open(in->proc, in->spec, e));
		if (r < 0)
			return r;
		if (step_heard())
			b.idmap_shown = mapping = mount_idmap_words(in, e);
	}
	b.source = source;
	b.detached = tree >= 0 ? tree : given ? given->tree : -1;
	b.shown_source = shown;
	b.recursive = e->options.recursive;
	b.set = e->options.set;
	b.clear = e->options.clear;
	b.rec_set = e->options.rec_set;
	b.rec_clear = e->options.rec_clear;
	b.propagation = e->options.propagation;
	b.propagation_recursive = e->options.propagation_recursive;
	b.idmap = idmap;
	b.idmap_recursive = e->options.idmap_recursive;
	b.target = target.fd;
	b.shown = target.shown;
	b.before = target.before;
	mnt = sys_bind("from outside", &b);
	return mnt < 0 ? mnt : 0;
}
