/* SPDX-License-Identifier: Apache-2.0 */
#include "container/place.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define SYMLINKS_MAX 40 /* as the kernel's MAXSYMLINKS */

void place_release(struct place *p)
{
	cleanup_fd(&p->dir);
	free(p->name);
	free(p->title);
	*p = PLACE_NONE;
}

/* The path as words: what it says beside the name. */
struct words {
	char *path;   /* absolute, without slashes or dots at its end; "" is the root */
	bool slash;   /* ends with a slash or "/." */
	bool content; /* ends with "/." */
};

static void split_words(const char *text, struct words *ret)
{
	size_t len;

	ret->path = xasprintf("/%s", text);
	ret->slash = ret->content = false;
	for (len = strlen(ret->path); len; len--) {
		if (ret->path[len - 1] == '/')
			ret->slash = true;
		else if (len >= 2 && ret->path[len - 1] == '.' && ret->path[len - 2] == '/')
			ret->slash = ret->content = true;
		else
			break;
	}
	ret->path[len] = '\0';
}

static void words_release(struct words *w)
{
	free(w->path);
}

/* A path whose last part is no name of its own. */
static bool is_nameless(const char *path)
{
	const char *base = path_base(path);

	return !*base || strcmp(base, "..") == 0;
}

/* "a/b/.." is called "a"; the root has no name. */
static char *title_of(const struct words *w)
{
	autofree char *clean = path_clean(*w->path ? w->path : "/");
	const char *base = path_base(clean);

	return xstrdup(w->content || !*base ? "." : base);
}

/* The directory at @path, symlinks followed. */
static int set_directory(int root, const char *path, struct place *p)
{
	int fd = beneath_open(root, path, O_PATH | O_DIRECTORY, 0);

	if (fd < 0)
		return fd;
	if (fstat(fd, &p->st) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	cleanup_fd(&p->dir);
	p->dir = fd;
	xreplace(&p->name, ".");
	p->exists = p->is_directory = true;
	return 0;
}

/* The name at the end of @path, not followed; a directory is opened. */
static int set_name(int root, const char *path, struct place *p)
{
	const char *name;
	int dir = beneath_parent(root, path, &name);

	if (dir < 0)
		return dir;
	cleanup_fd(&p->dir);
	p->dir = dir;
	xreplace(&p->name, name);
	p->exists = fstatat(dir, name, &p->st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!p->exists)
		return errno == ENOENT ? 0 : -errno;
	p->is_directory = S_ISDIR(p->st.st_mode);
	if (!p->is_directory)
		return 0;
	dir = openat(p->dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	cleanup_fd(&p->dir);
	p->dir = dir;
	xreplace(&p->name, ".");
	return fstat(dir, &p->st) < 0 ? -errno : 0;
}

/* Where the link leads, as a path from the root: relative to the directory that the link lies in. */
static int read_target(const struct place *p, const char *path, char **ret)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(p->dir, p->name, target, sizeof target - 1);
	const char *slash = strrchr(path, '/');

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (*target == '/')
		*ret = xstrdup(target);
	else
		*ret = xasprintf("%.*s/%s", slash ? (int)(slash - path) : 0, path, target);
	return strlen(*ret) >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* Follows links as the last part, one by one: what they lead to may be missing. */
static int follow_to_end(int root, const char *path, struct place *p)
{
	autofree char *at = xstrdup(path);

	for (int links = 0;; links++) {
		autocall(words_release) struct words w;
		autofree char *next = NULL;
		int r;

		split_words(at, &w);
		r = is_nameless(w.path) ? set_directory(root, w.path, p) : set_name(root, w.path, p);
		if (r < 0 || !p->exists || !S_ISLNK(p->st.st_mode))
			return r;
		if (links == SYMLINKS_MAX)
			return -ELOOP;
		r = read_target(p, w.path, &next);
		if (r < 0)
			return r;
		free(at);
		at = take(&next);
	}
}

int place_source(int root, const char *path, bool follow, struct place *ret)
{
	autocall(place_release) struct place p = PLACE_NONE;
	autocall(words_release) struct words w;
	int r;

	split_words(path, &w);
	if (w.slash || is_nameless(w.path))
		r = set_directory(root, w.path, &p);
	else if (follow)
		r = follow_to_end(root, w.path, &p);
	else
		r = set_name(root, w.path, &p);
	if (r == 0 && !p.exists)
		r = -ENOENT;
	if (r < 0)
		return r;
	p.title = title_of(&w);
	p.asserts_directory = w.slash;
	*ret = p;
	p = PLACE_NONE;
	return 0;
}

int place_target(int root, const char *path, struct place *ret)
{
	autocall(place_release) struct place p = PLACE_NONE;
	autocall(words_release) struct words w;
	int r;

	split_words(path, &w);
	r = follow_to_end(root, w.path, &p);
	if (r < 0)
		return r;
	p.title = title_of(&w);
	p.asserts_directory = w.slash;
	*ret = p;
	p = PLACE_NONE;
	return 0;
}
