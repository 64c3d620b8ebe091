/* SPDX-License-Identifier: Apache-2.0 */
#include "base/dir.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVE_AGAIN_MAX 100
#define SIZE_DEPTH_MAX   128 /* each level has two descriptors */

int dir_make_all(int dirfd, const char *path, mode_t mode)
{
	autofree char *copy = xstrdup(path);

	if (mkdirat(dirfd, path, mode) == 0 || errno == EEXIST)
		return 0;
	for (char *p = copy + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdirat(dirfd, copy, mode) < 0 && errno != EEXIST)
			return fail_errno("create directory %s", copy);
		*p = '/';
	}
	if (mkdirat(dirfd, copy, mode) < 0 && errno != EEXIST)
		return fail_errno("create directory %s", path);
	return 0;
}

/* Opens a directory for listing, adding search permission when the owner lacks it; never follows a symlink. */
static int open_for_removal(int dirfd, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dirfd, name, flags);

	if (fd < 0 && errno == EACCES && fchmodat(dirfd, name, 0700, 0) == 0)
		fd = openat(dirfd, name, flags);
	return fd < 0 ? -errno : fd;
}

/*
 * Depth-first with one open directory: go down by openat, come back by "..". ".." of a directory we hold open is its
 * real parent, and @parents remembers inodes so that a directory moved away by somebody ends the walk, not the host.
 */
struct walk {
	int fd; /* the directory being emptied */
	dev_t device;
	size_t depth, size;
	int again; /* directories that somebody was still writing in */
	struct level {
		ino_t inode;
		char *name; /* in its parent */
	} * levels;
};

static void walk_release(struct walk *w)
{
	while (w->depth)
		free(w->levels[--w->depth].name);
	free(w->levels);
	if (w->fd >= 0)
		close(w->fd);
}

static int walk_down(struct walk *w, int parent, const char *name)
{
	autofd int fd = open_for_removal(parent, name);
	struct stat st;

	if (fd < 0)
		return fail_code(fd, "open %s", name);
	if (fstat(fd, &st) < 0)
		return fail_errno("stat %s", name);
	if (w->depth && st.st_dev != w->device)
		return fail(-EXDEV, "remove %s: something is mounted there", name);
	w->device = st.st_dev;
	if (w->depth == w->size) {
		w->size = w->size ? w->size * 2 : 16;
		w->levels = xrealloc(w->levels, w->size * sizeof *w->levels);
	}
	w->levels[w->depth++] = (struct level){ .inode = st.st_ino, .name = xstrdup(name) };
	if (w->fd >= 0)
		close(w->fd);
	w->fd = take_fd(&fd);
	return 0;
}

/* Leaves the (now empty) directory and removes it from its parent. */
static int walk_up(struct walk *w)
{
	struct level *left = &w->levels[w->depth - 1];
	struct stat st;
	int parent = openat(w->fd, "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = 0;

	if (parent < 0)
		return fail_errno("open the parent of %s", left->name);
	close(w->fd);
	w->fd = parent;
	if (fstat(parent, &st) < 0 || st.st_ino != w->levels[w->depth - 2].inode || st.st_dev != w->device)
		return fail(-EAGAIN, "remove %s: it was moved while it was being removed", left->name);
	/* not empty: somebody wrote in it meanwhile; it is met again on the next look at its parent */
	if (unlinkat(parent, left->name, AT_REMOVEDIR) < 0 && errno != ENOENT &&
	    (errno != ENOTEMPTY || ++w->again > REMOVE_AGAIN_MAX))
		r = fail_errno("remove %s", left->name);
	free(left->name);
	w->depth--;
	return r;
}

/* Removes what is no directory; returns 1 with the name of a subdirectory to go down into, 0 when empty. */
static int empty_files(struct walk *w, char **ret_subdir)
{
	autofd int copy = openat(w->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autodir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!d)
		return fail_errno("list a directory");
	copy = -1;
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (e->d_type != DT_DIR && unlinkat(w->fd, e->d_name, 0) == 0)
			continue;
		if (e->d_type != DT_DIR && errno == ENOENT)
			continue;
		if (e->d_type != DT_DIR && errno != EISDIR)
			return fail_errno("remove %s", e->d_name);
		if (unlinkat(w->fd, e->d_name, AT_REMOVEDIR) == 0)
			continue; /* an empty one costs one call */
		*ret_subdir = xstrdup(e->d_name);
		return 1;
	}
	return 0;
}

int dir_remove_tree(int dirfd, const char *path)
{
	autocall(walk_release) struct walk w = { .fd = -1 };
	int r;

	if (unlinkat(dirfd, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno == ENOTDIR)
		return unlinkat(dirfd, path, 0) < 0 && errno != ENOENT ? fail_errno("remove %s", path) : 0;
	r = walk_down(&w, dirfd, path);
	if (r == -ENOENT)
		return 0;
	while (r >= 0) {
		autofree char *subdir = NULL;

		r = empty_files(&w, &subdir);
		if (r == 1)
			r = walk_down(&w, w.fd, subdir);
		else if (r == 0 && w.depth > 1)
			r = walk_up(&w);
		else if (r == 0)
			break;
	}
	if (r < 0)
		return r;
	if (unlinkat(dirfd, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return fail_errno("remove %s", path);
	return 0;
}

int dir_each(int dirfd, const char *path, int (*visit)(int fd, const char *name, void *data), void *data)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autodir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("open %s", path);
	if (!d) {
		r = fail_errno("list %s", path);
		close(fd);
		return r;
	}
	while (r == 0 && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = visit(fd, e->d_name, data);
	return r;
}

struct sum {
	uint64_t bytes;
	unsigned int depth;
};

static int add_size(int dirfd, const char *name, void *data)
{
	struct sum *sum = data;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISREG(st.st_mode)) {
		/* sparse files of a stranger's may have any size */
		if (__builtin_add_overflow(sum->bytes, (uint64_t)st.st_size / st.st_nlink, &sum->bytes))
			sum->bytes = UINT64_MAX;
	} else if (S_ISDIR(st.st_mode) && sum->depth < SIZE_DEPTH_MAX) {
		autofd int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

		sum->depth++;
		if (fd >= 0 && dir_each(fd, ".", add_size, sum) < 0)
			error_clear();
		sum->depth--;
	}
	return 0;
}

uint64_t dir_size(int dirfd, const char *path)
{
	struct sum sum = { 0 };

	if (dir_each(dirfd, path, add_size, &sum) < 0)
		error_clear();
	return sum.bytes;
}
