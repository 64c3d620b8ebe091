/* SPDX-License-Identifier: Apache-2.0 */
#include "base/beneath.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RETRIES      128
#define SYMLINKS_MAX 40 /* as the kernel's MAXSYMLINKS */

int beneath_open(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.mode = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	if (!*path)
		path = ".";
	for (int i = 0; i < RETRIES; i++) {
		long fd = syscall(SYS_openat2, root, path, &how, sizeof how);

		if (fd >= 0)
			return (int)fd;
		/* EAGAIN: a rename raced with "..": the kernel could not prove that we stayed inside */
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -EAGAIN;
}

int beneath_pin(int root, const char *path)
{
	return beneath_open(root, path, O_PATH, 0);
}

/* A walk that creates what is missing. */
struct walk {
	int root;
	int at;              /* the directory reached; owned */
	struct strv reached; /* its path from the root: real directories only, no symlinks */
	struct strv ahead;   /* the parts still to go, last first */
	int links;           /* symlinks followed */
};

static void walk_release(struct walk *w)
{
	cleanup_fd(&w->at);
	strv_release(&w->reached);
	strv_release(&w->ahead);
}

/* Puts the parts of @path in front of what is ahead. */
static void walk_prepend(struct walk *w, const char *path)
{
	autostrv parts = { 0 };

	strv_split(&parts, path, '/');
	for (size_t i = parts.count; i > 0; i--)
		if (*parts.items[i - 1] && strcmp(parts.items[i - 1], ".") != 0)
			strv_add(&w->ahead, parts.items[i - 1]);
}

/* Opens the reached path again from the root: ".." is never asked of a directory that may have been moved. */
static int walk_reopen(struct walk *w)
{
	autofree char *path = strv_join(&w->reached, "/");
	int fd = beneath_open(w->root, path, O_PATH | O_DIRECTORY, 0);

	if (fd < 0)
		return fd;
	cleanup_fd(&w->at);
	w->at = fd;
	return 0;
}

static int walk_follow(struct walk *w, int link)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof target - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (++w->links > SYMLINKS_MAX)
		return -ELOOP;
	walk_prepend(w, target);
	if (target[0] != '/')
		return 0;
	strv_release(&w->reached);
	return walk_reopen(w);
}

static int make_entry(int at, const char *name, mode_t type_and_mode)
{
	int fd;

	if (S_ISDIR(type_and_mode))
		return mkdirat(at, name, type_and_mode & 07777) < 0 ? -errno : 0;
	fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, type_and_mode & 07777);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Opens @name in the reached directory without following it, making it first where it is missing. */
static int open_or_make(int at, const char *name, mode_t type_and_mode)
{
	for (int i = 0; i < RETRIES; i++) {
		int fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), r;

		if (fd >= 0)
			return fd;
		if (errno != ENOENT)
			return -errno;
		r = make_entry(at, name, type_and_mode);
		if (r < 0 && r != -EEXIST)
			return r;
	}
	return -EAGAIN;
}

/* Walks to the end; the last part is made as @type_and_mode says, those before it are directories of mode 0755. */
static int walk_make(struct walk *w, mode_t type_and_mode)
{
	while (w->ahead.count) {
		bool last = w->ahead.count == 1;
		autofree char *name = w->ahead.items[--w->ahead.count];
		autofd int fd = -1;
		struct stat st;
		int r = 0;

		w->ahead.items[w->ahead.count] = NULL;
		if (strcmp(name, "..") == 0) {
			if (w->reached.count)
				strv_remove(&w->reached, w->reached.count - 1);
			r = walk_reopen(w);
			if (r < 0)
				return r;
			continue;
		}
		fd = open_or_make(w->at, name,
				  last ? type_and_mode : S_IFDIR | (S_ISDIR(type_and_mode) ? type_and_mode & 07777 : 0755));
		if (fd < 0)
			return fd;
		if (fstat(fd, &st) < 0)
			return -errno;
		if (S_ISLNK(st.st_mode)) {
			r = walk_follow(w, fd);
			if (r < 0)
				return r;
			continue;
		}
		if (last && !S_ISDIR(type_and_mode))
			return take_fd(&fd);
		if (!S_ISDIR(st.st_mode))
			return -ENOTDIR;
		strv_add(&w->reached, name);
		close(w->at);
		w->at = take_fd(&fd);
	}
	return take_fd(&w->at);
}

static int make_beneath(int root, const char *path, mode_t type_and_mode)
{
	autocall(walk_release) struct walk w = { .root = root, .at = -1 };
	int r;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	walk_prepend(&w, path);
	r = walk_reopen(&w);
	return r < 0 ? r : walk_make(&w, type_and_mode);
}

int beneath_make_dirs(int root, const char *path, mode_t mode)
{
	/* nearly always all of it exists: one call, proven by the kernel */
	int fd = beneath_open(root, path, O_PATH | O_DIRECTORY, 0);

	return fd == -ENOENT ? make_beneath(root, path, S_IFDIR | mode) : fd;
}

int beneath_make_file(int root, const char *path, mode_t mode)
{
	int fd = beneath_pin(root, path);

	return fd == -ENOENT ? make_beneath(root, path, S_IFREG | mode) : fd;
}

int beneath_parent(int root, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	autofree char *parent = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup("");
	int fd;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	fd = beneath_open(root, parent, O_PATH | O_DIRECTORY, 0);
	if (fd >= 0)
		*ret_name = name;
	return fd;
}
