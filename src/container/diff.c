/* SPDX-License-Identifier: Apache-2.0 */
#include "container/diff.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "container/rootview.h"
#include "image/whiteout.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

struct walk {
	int upper, lower; /* the roots */
	struct diff *diff;
};

/* A directory of the upper tree, and the one it covers. */
struct level {
	const char *path; /* below the roots; "" is the root */
	int upper;
	int lower; /* -1: it covers none */
	struct strv names;
	bool changed;  /* something in it is a change */
	bool has_ours; /* something in it is hoy's own */
};

void diff_release(struct diff *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->items[i].path);
	free(d->items);
	strv_release(&d->opaque);
	strv_release(&d->hidden);
	*d = (struct diff){ 0 };
}

/* Its place in the list; a kind of 0 is decided later. */
static size_t add(struct diff *d, char kind, const char *path)
{
	if (d->count == d->size) {
		d->size = d->size ? 2 * d->size : 64;
		d->items = xrealloc(d->items, d->size * sizeof *d->items);
	}
	d->items[d->count] = (struct diff_change){ kind, xasprintf("/%s", path) };
	return d->count++;
}

/* Takes out what turned out to be none. */
static void drop_undecided(struct diff *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++) {
		if (d->items[i].kind)
			d->items[kept++] = d->items[i];
		else
			free(d->items[i].path);
	}
	d->count = kept;
}

static int add_name(int fd, const char *name, void *data)
{
	(void)fd;
	strv_add(data, name);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(int fd, struct strv *names)
{
	int r = dir_each(fd, ".", add_name, names);

	if (r == 0 && names->count)
		qsort(names->items, names->count, sizeof *names->items, compare_names);
	return r;
}

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

static bool is_opaque(int fd)
{
	char value[2];

	return fgetxattr(fd, WHITEOUT_OPAQUE_XATTR, value, sizeof value) == 1 && value[0] == 'y';
}

static bool is_empty_directory(int dir, const char *name)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autostrv names = { 0 };

	return fd >= 0 && dir_each(fd, ".", add_name, &names) == 0 && names.count == 0;
}

/* Made by hoy to be covered by a mount of every container, and nothing but that. */
static bool is_ours(const struct level *l, const char *path, const char *name, const struct stat *st)
{
	static const char *const directories[] = { "dev", "proc", "sys" };
	static const char *const files[] = { "etc/hostname", "etc/hosts", "etc/resolv.conf", "sbin/docker-init" };

	for (size_t i = 0; S_ISDIR(st->st_mode) && i < ARRAY_SIZE(directories); i++)
		if (strcmp(path, directories[i]) == 0)
			return is_empty_directory(l->upper, name);
	for (size_t i = 0; S_ISREG(st->st_mode) && st->st_size == 0 && i < ARRAY_SIZE(files); i++)
		if (strcmp(path, files[i]) == 0)
			return true;
	return false;
}

/* File capabilities change nothing that stat shows; other attributes do not count, as in Docker. */
static bool same_capability(int a, int b, const char *name)
{
	char path[FD_PATH_MAX], value[2][64];
	const int dirs[2] = { a, b };
	ssize_t len[2];

	for (int i = 0; i < 2; i++) {
		autofd int fd = openat(dirs[i], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

		len[i] = fd < 0 ? -1 : getxattr(fd_path(fd, path), "security.capability", value[i], sizeof value[i]);
	}
	return len[0] == len[1] && (len[0] <= 0 || memcmp(value[0], value[1], (size_t)len[0]) == 0);
}

static bool same_time(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool same_owner(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

static bool same_file(const struct level *l, const char *name, const struct stat *a, const struct stat *b)
{
	return same_owner(a, b) && a->st_rdev == b->st_rdev && a->st_size == b->st_size && same_time(a, b) &&
	       (!S_ISREG(a->st_mode) || same_capability(l->upper, l->lower, name));
}

static int walk_directory(struct walk *w, const char *path, bool covers, struct level *ret);

/* A directory where the image has one, or has not: its own entry is decided by what is in it. */
static int diff_directory(struct walk *w, struct level *l, const char *path, const struct stat *st, const struct stat *below)
{
	bool covers = below && S_ISDIR(below->st_mode);
	size_t at = add(w->diff, covers ? 0 : below ? 'C' : 'A', path);
	struct level inside = { 0 };
	int r = walk_directory(w, path, covers, &inside);

	if (r < 0)
		return r;
	/* what hoy made in it has changed its time */
	if (covers && (inside.changed || !same_owner(st, below) || (!same_time(st, below) && !inside.has_ours)))
		w->diff->items[at].kind = 'C';
	/* one that is there for hoy's sake alone */
	if (!below && inside.has_ours && !inside.changed) {
		w->diff->items[at].kind = 0;
		l->has_ours = true;
	}
	if (!w->diff->items[at].kind)
		strv_add(&w->diff->hidden, path);
	l->changed = l->changed || w->diff->items[at].kind;
	return 0;
}

/* A directory of the image that is something else now: all that was in it is gone. */
static int diff_lost(struct walk *w, const struct level *l, const char *path, const char *name)
{
	autofd int fd = openat(l->lower, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autostrv names = { 0 };
	int r = fd < 0 ? -errno : read_names(fd, &names);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		autofree char *lost = xasprintf("%s/%s", path, names.items[i]);

		add(w->diff, 'D', lost);
	}
	return r < 0 ? fail_code(r, "list %s", path) : 0;
}

static int diff_name(struct walk *w, struct level *l, const char *path, const char *name, const struct stat *st)
{
	struct stat below_st;
	bool has = l->lower >= 0 && fstatat(l->lower, name, &below_st, AT_SYMLINK_NOFOLLOW) == 0 && !is_whiteout(&below_st);
	const struct stat *below = has ? &below_st : NULL;

	if (!below && is_ours(l, path, name, st)) {
		strv_add(&w->diff->hidden, path);
		l->has_ours = true;
		return 0;
	}
	if (is_whiteout(st)) {
		if (below)
			add(w->diff, 'D', path);
		l->changed = l->changed || below;
		return 0;
	}
	if (S_ISDIR(st->st_mode))
		return diff_directory(w, l, path, st, below);
	if (below && same_file(l, name, st, below)) {
		strv_add(&w->diff->hidden, path);
		return 0;
	}
	add(w->diff, below ? 'C' : 'A', path);
	l->changed = true;
	return below && S_ISDIR(below->st_mode) ? diff_lost(w, l, path, name) : 0;
}

/* What an opaque directory hides is gone unless it has it again. */
static int add_lower_names(struct level *l)
{
	autostrv below = { 0 };
	autofd int fd = openat(l->lower, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t own = l->names.count;
	int r = fd < 0 ? fail_errno("list the image's /%s", l->path) : read_names(fd, &below);

	for (size_t i = 0; r == 0 && i < below.count; i++) {
		char *name = below.items[i];

		if (!own || !bsearch(&name, l->names.items, own, sizeof *l->names.items, compare_names))
			strv_add(&l->names, name);
	}
	if (l->names.count > own)
		qsort(l->names.items, l->names.count, sizeof *l->names.items, compare_names);
	return r;
}

static int walk_names(struct walk *w, struct level *l, bool opaque)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->names.count; i++) {
		const char *name = l->names.items[i];
		autofree char *path = xasprintf("%s%s%s", l->path, *l->path ? "/" : "", name);
		struct stat st;

		if (fstatat(l->upper, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			r = diff_name(w, l, path, name, &st);
		} else if (errno != ENOENT) {
			r = fail_errno("look at /%s", path);
		} else if (opaque && fstatat(l->lower, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			add(w->diff, 'D', path);
			l->changed = true;
		}
	}
	return r;
}

/* Each directory is found from the root again, so that one a running container moves meanwhile leads nowhere else. */
static int walk_directory(struct walk *w, const char *path, bool covers, struct level *ret)
{
	autofd int upper = beneath_open(w->upper, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), lower = -1;
	struct level l = { .path = path, .upper = upper, .lower = -1 };
	bool opaque;
	int r = 0;

	if (upper == -ENOENT || upper == -ENOTDIR || upper == -ELOOP)
		return 0;
	if (upper == -ENAMETOOLONG)
		return fail(upper, "/%.100s…: a path of more than %d bytes", path, PATH_MAX - 1);
	if (upper < 0)
		return fail_code(upper, "open /%s", path);
	opaque = is_opaque(upper);
	if (opaque)
		strv_add(&w->diff->opaque, path);
	if (covers)
		l.lower = lower = beneath_open(w->lower, path, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
	r = read_names(upper, &l.names);
	if (r == 0 && opaque && lower >= 0)
		r = add_lower_names(&l);
	if (r == 0)
		r = walk_names(w, &l, opaque && lower >= 0);
	strv_release(&l.names);
	*ret = l;
	return r;
}

int diff_read(const struct handle *h, struct diff *ret)
{
	autofd int upper = openat(h->dir, "upper", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), lower = -1;
	autocall(diff_release) struct diff d = { 0 };
	struct level root = { 0 };
	struct walk w = { .upper = upper, .diff = &d };
	int r;

	if (h->record.layers.count == 0)
		return fail(-EOPNOTSUPP, "its root file system is a directory (--rootfs): there is nothing to compare it with");
	if (upper < 0)
		return fail_errno("open what the container wrote");
	lower = rootview_open(&h->record.layers, NULL);
	if (lower < 0)
		return lower;
	w.lower = lower;
	r = walk_directory(&w, "", true, &root);
	if (r < 0)
		return r;
	drop_undecided(&d);
	*ret = d;
	d = (struct diff){ 0 };
	return 0;
}
