/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tree.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/xattr.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEPTH_MAX 128 /* three descriptors a level */

/* Files with several names: the first is copied, the others are links to it. A hash table, for images have many. */
struct link {
	dev_t dev;
	ino_t ino;
	char *path; /* below the copy's root; NULL: the place is free */
};

struct copy {
	int root; /* where links are found again */
	struct link *links;
	size_t count, size;
};

/* One directory on its way. */
struct level {
	struct copy *copy;
	int to;
	const char *path; /* below the root; "" at the top */
	unsigned int depth;
};

static struct link *find_link(struct copy *c, const struct stat *st)
{
	size_t i = (size_t)(st->st_ino * 0x9E3779B97F4A7C15ULL >> 20) & (c->size - 1);

	while (c->links[i].path && (c->links[i].ino != st->st_ino || c->links[i].dev != st->st_dev))
		i = (i + 1) & (c->size - 1);
	return &c->links[i];
}

static void make_room(struct copy *c)
{
	struct copy bigger = { .size = c->size ? c->size * 2 : 64 };

	if (c->count * 2 < c->size)
		return;
	bigger.links = xcalloc(bigger.size, sizeof *bigger.links);
	for (size_t i = 0; i < c->size; i++) {
		struct stat st = { .st_dev = c->links[i].dev, .st_ino = c->links[i].ino };

		if (c->links[i].path)
			*find_link(&bigger, &st) = c->links[i];
	}
	free(c->links);
	c->links = bigger.links;
	c->size = bigger.size;
}

/* 1 when @name became a link to a file that is copied already; 0 when it is the first of its file. */
static int link_known(const struct level *l, const char *name, const struct stat *st)
{
	struct copy *c = l->copy;
	struct link *known;
	autofd int parent = -1;
	const char *base;

	make_room(c);
	known = find_link(c, st);
	if (!known->path) {
		*known = (struct link){ st->st_dev, st->st_ino, xasprintf("%s/%s", l->path, name) };
		c->count++;
		return 0;
	}
	parent = beneath_parent(c->root, known->path, &base);
	if (parent < 0)
		return parent;
	return linkat(parent, base, l->to, name, 0) < 0 ? -errno : 1;
}

/* Data where there is data: holes stay holes. */
static int copy_data(int from, int to, off_t size)
{
	off_t at = 0;

	while (at < size) {
		off_t data = lseek(from, at, SEEK_DATA), hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);
		long long n;

		if (data < 0 && errno == ENXIO)
			break;
		if (data < 0 || hole < 0) { /* a file system that does not know */
			data = at;
			hole = size;
		}
		if (lseek(from, data, SEEK_SET) < 0 || lseek(to, data, SEEK_SET) < 0)
			return -errno;
		n = file_copy(from, to, hole - data);
		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		at = data + n;
	}
	return ftruncate(to, size) < 0 ? -errno : 0;
}

int tree_copy_attributes(int from, int to, const struct stat *given)
{
	struct timespec times[2];
	struct stat st;
	int r;

	if (!given && fstat(from, &st) < 0)
		return -errno;
	if (given)
		st = *given;
	if (fchown(to, st.st_uid, st.st_gid) < 0)
		return -errno;
	r = xattr_copy(from, to); /* a new owner takes file capabilities away, and setuid */
	if (r < 0 || fchmod(to, st.st_mode & 07777) < 0)
		return r < 0 ? r : -errno;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	return futimens(to, times) < 0 ? -errno : 0;
}

static int copy_file(const struct level *l, int from_dir, const char *name)
{
	autofd int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), to = -1;
	struct stat st;
	int r;

	if (from < 0 || fstat(from, &st) < 0)
		return -errno;
	if (st.st_nlink > 1) {
		r = link_known(l, name, &st);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	to = openat(l->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	r = copy_data(from, to, st.st_size);
	return r < 0 ? r : tree_copy_attributes(from, to, &st);
}

static int copy_link(const struct level *l, int from_dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from_dir, name, target, sizeof target - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	return symlinkat(target, l->to, name) < 0 ? -errno : 0;
}

/* What has no data: a mode cannot be set by name without following a link that took its place meanwhile. */
static int copy_node(const struct level *l, const char *name, const struct stat *st)
{
	autofd int fd = -1;
	char path[FD_PATH_MAX];
	struct stat made;

	if (S_ISSOCK(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0)))
		return 1;
	if (mknodat(l->to, name, st->st_mode, st->st_rdev) < 0)
		return -errno;
	fd = openat(l->to, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &made) < 0)
		return -errno;
	if ((made.st_mode & S_IFMT) != (st->st_mode & S_IFMT))
		return -EAGAIN;
	return chmod(fd_path(fd, path), st->st_mode & 07777) < 0 ? -errno : 0;
}

static int copy_entry(int from_dir, const char *name, void *data);

static int copy_directory(const struct level *l, int from_dir, const char *name)
{
	autofd int from = openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), to = -1;
	autofree char *path = xasprintf("%s/%s", l->path, name);
	struct level below = { .copy = l->copy, .path = path, .depth = l->depth + 1 };
	int r;

	if (l->depth == DEPTH_MAX)
		return fail_code(-ELOOP, "copy %s", path);
	if (from < 0 || mkdirat(l->to, name, 0700) < 0)
		return fail_errno("copy %s", path);
	to = openat(l->to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to < 0)
		return fail_errno("copy %s", path);
	below.to = to;
	r = dir_each(from, ".", copy_entry, &below);
	if (r < 0)
		return r;
	r = tree_copy_attributes(from, to, NULL);
	return r < 0 ? fail_code(r, "copy %s", path) : 0;
}

/* Owner and times of what is no file and no directory: neither call follows a link. */
static int set_by_name(const struct level *l, const char *name, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (fchownat(l->to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return utimensat(l->to, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int copy_entry(int from_dir, const char *name, void *data)
{
	const struct level *l = data;
	struct stat st;
	int r;

	if (fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno("copy %s/%s", l->path, name);
	if (S_ISDIR(st.st_mode))
		return copy_directory(l, from_dir, name);
	if (S_ISREG(st.st_mode)) {
		r = copy_file(l, from_dir, name);
	} else {
		r = S_ISLNK(st.st_mode) ? copy_link(l, from_dir, name) : copy_node(l, name, &st);
		if (r == 0)
			r = set_by_name(l, name, &st);
	}
	return r < 0 ? fail_code(r, "copy %s/%s", l->path, name) : 0;
}

int tree_copy(int from, int to)
{
	struct copy c = { .root = to };
	struct level top = { .copy = &c, .to = to, .path = "" };
	int r = dir_each(from, ".", copy_entry, &top);

	for (size_t i = 0; i < c.size; i++)
		free(c.links[i].path);
	free(c.links);
	return r;
}

struct owner {
	uid_t uid;
	gid_t gid;
	unsigned int depth;
};

static int chown_entry(int dirfd, const char *name, void *data)
{
	struct owner *o = data;
	autofd int fd = -1;
	int r;

	if (fchownat(dirfd, name, o->uid, o->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail_errno("change the owner of %s", name);
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP || errno == ENOENT ? 0 : fail_errno("open %s", name);
	if (o->depth == DEPTH_MAX)
		return fail_code(-ELOOP, "change the owner of %s", name);
	o->depth++;
	r = dir_each(fd, ".", chown_entry, o);
	o->depth--;
	return r;
}

int tree_chown(int fd, uid_t uid, gid_t gid)
{
	struct owner o = { uid, gid, 0 };
	struct stat st;

	if (fstat(fd, &st) < 0 || fchown(fd, uid, gid) < 0)
		return fail_errno("change its owner");
	return !S_ISDIR(st.st_mode) ? 0 : dir_each(fd, ".", chown_entry, &o);
}
