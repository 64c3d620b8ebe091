/* SPDX-License-Identifier: Apache-2.0 */
/* Cgroups below a container's own, which its processes made: where `exec` puts a process. */
#include "runtime/cgroup_driver.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static bool climbs(const char *path)
{
	for (const char *p = path; *p; p += strspn(p, "/")) {
		size_t len = strcspn(p, "/");

		if (len == 2 && strncmp(p, "..", 2) == 0)
			return true;
		p += len;
	}
	return false;
}

/* @dir becomes the existing directory @path. The words are runc's, which callers look for. */
static int move_to(struct cgroup_dir *dir, char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), r = -errno;

	if (fd < 0) {
		r = r == -ENOENT ? fail(r, "error adding pid to cgroups: open %s/cgroup.procs: no such file or directory", path)
				 : fail_code(r, "error adding pid to cgroups: open %s", path);
		free(path);
		return r;
	}
	free(dir->path);
	dir->path = path;
	cleanup_fd(&dir->fd);
	dir->fd = fd;
	return 0;
}

/* "PATH" or "CONTROLLER[,...]:PATH" */
static int descend(struct cgroup *c, const char *sub)
{
	const char *colon = strchr(sub, ':'), *path = colon ? colon + 1 : sub;
	autofree char *list = xstrndup(sub, colon ? (size_t)(colon - sub) : 0), *rooted = xasprintf("/%s", path), *clean = NULL;
	uint32_t controllers = colon ? cgroup_controllers_parse(list) : UINT32_MAX;
	int r = 0;

	if (!controllers)
		return fail(-EINVAL, "unknown controller %s in the path of the sub-cgroup", list);
	if (climbs(path))
		return fail(-EINVAL, "bad sub cgroup path: %s is not a sub cgroup path", path);
	clean = path_clean(rooted);
	for (size_t i = 0; i < c->count && r == 0 && strcmp(clean, "/") != 0; i++) {
		struct cgroup_dir *dir = &c->dirs[i];

		/* nobody makes groups in the v2 half of a hybrid machine, which has no controllers */
		if (!(dir->controllers & controllers) || (dir->v2 && !c->pure))
			continue;
		r = move_to(dir, path_join(dir->path, clean));
	}
	return r;
}

int cgroup_open_below(const char *path, const struct strv *subs, struct cgroup **ret)
{
	autocall(cgroup_free) struct cgroup *c = NULL;
	int r = cgroup_open(path, &c);

	for (size_t i = 0; r == 0 && i < subs->count; i++)
		r = descend(c, subs->items[i]);
	if (r == 0)
		*ret = take(&c);
	return r;
}

int cgroup_open_beside(const char *path, pid_t pid, struct cgroup **ret)
{
	autocall(cgroup_layout_release) struct cgroup_layout layout = { 0 };
	autocall(cgroup_free) struct cgroup *c = NULL;
	autobuf text = BUF_INIT;
	char *place;
	char file[32];
	int r = cgroup_open(path, &c);

	if (r < 0)
		return r;
	if (!c->pure)
		return -ENOENT;
	snprintf(file, sizeof file, "/proc/%d/cgroup", pid);
	r = file_read(AT_FDCWD, file, 1 << 16, &text);
	if (r < 0)
		return r;
	layout.count = 1;
	layout.items[0] = (struct cgroup_hierarchy){ .v2 = true };
	cgroup_layout_parse_own(text.data, &layout);
	place = path_join(c->dirs[0].mount, layout.items[0].own ? layout.items[0].own : "/");
	if (!path_is_below(place, c->dirs[0].path)) {
		free(place);
		return -ENOENT;
	}
	r = move_to(&c->dirs[0], place);
	if (r == 0)
		*ret = take(&c);
	return r;
}
