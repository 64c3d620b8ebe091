/* SPDX-License-Identifier: Apache-2.0 */
/* One directory of a cgroup: made with its parents, written, read. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"
#include "runtime/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cgroup_dir_fd(struct cgroup_dir *dir)
{
	if (dir->fd < 0)
		dir->fd = open(dir->path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return dir->fd < 0 ? -errno : dir->fd;
}

int cgroup_dir_write(struct cgroup_dir *dir, const char *why, const char *file, const char *value)
{
	char path[PATH_MAX];

	/* most directories are written to once in their life: opened when something is read from them, too */
	snprintf(path, sizeof path, "%s/%s", dir->path, file);
	return dir->fd >= 0 ? sys_write(why, dir->fd, file, path, value) : sys_write(why, AT_FDCWD, path, path, value);
}

ssize_t cgroup_dir_read(struct cgroup_dir *dir, const char *file, char *text, size_t size)
{
	int at = cgroup_dir_fd(dir);
	autofd int fd = at < 0 ? -1 : openat(at, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	text[0] = '\0';
	if (fd < 0)
		return at < 0 ? at : -errno;
	n = fd_read_full(fd, text, size - 1);
	if (n >= 0)
		text[n] = '\0';
	return n;
}

int cgroup_dir_read_key(struct cgroup_dir *dir, const char *file, const char *key, uint64_t *ret)
{
	char text[16384];
	ssize_t n = cgroup_dir_read(dir, file, text, sizeof text);
	size_t len = strlen(key);

	if (n < 0)
		return (int)n;
	for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line ? 1 : 0)
		if (strncmp(line, key, len) == 0 && line[len] == ' ') {
			*ret = strtoull(line + len + 1, NULL, 10);
			return 0;
		}
	return -ENOENT;
}

int cgroup_dir_read_number(struct cgroup_dir *dir, const char *file, uint64_t *ret)
{
	char text[64];
	ssize_t n = cgroup_dir_read(dir, file, text, sizeof text);

	if (n < 0)
		return (int)n;
	*ret = strncmp(text, "max", 3) == 0 ? UINT64_MAX : strtoull(text, NULL, 10);
	return 0;
}

/* The parents of @dir, from the mount point down. */
static int make_parents(struct cgroup_dir *dir, int (*prepare)(const char *path))
{
	autofree char *path = xstrdup(dir->path);

	for (char *p = path + strlen(dir->mount) + 1; (p = strchr(p, '/')); p++) {
		int r;

		*p = '\0';
		r = sys_mkdir("a place for the cgroups of containers", AT_FDCWD, path, path, 0755);
		if (r == 0 && prepare)
			r = prepare(path);
		if (r < 0 && r != -EEXIST)
			return r;
		*p = '/';
	}
	return 0;
}

int cgroup_dir_make(struct cgroup_dir *dir, int (*prepare)(const char *path))
{
	int r;

	/* another container's end may remove the empty parent between the two: then once more */
	for (int i = 0; i < 50; i++) {
		r = sys_mkdir("the container's cgroup", AT_FDCWD, dir->path, dir->path, 0755);
		if (r == 0 && prepare)
			r = prepare(dir->path);
		if (r != -ENOENT)
			break;
		r = make_parents(dir, prepare);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	if (r == -EEXIST)
		return 1;
	return r;
}

void cgroup_each_directory(const struct cgroup *cgroup, void (*visit)(const char *controllers, const char *path, void *data),
			   void *data)
{
	for (size_t i = 0; i < cgroup->count; i++) {
		const struct cgroup_dir *dir = &cgroup->dirs[i];
		autobuf names = BUF_INIT;

		for (unsigned int c = 0; c < CGROUP_UNIFIED; c++)
			if (dir->controllers & CGROUP_BIT(c))
				buf_add_format(&names, "%s%s", names.len ? "," : "",
					       cgroup_controller_name((enum cgroup_controller)c, dir->v2));
		visit(names.data, dir->path, data);
	}
}
