/* SPDX-License-Identifier: Apache-2.0 */
/* Where a cgroup is: planned from options, written down as text, found again by it. Nothing is made here. */
#include "runtime/cgroup_driver.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void cgroup_free(struct cgroup **cgroup)
{
	struct cgroup *c = *cgroup;

	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++) {
		cleanup_fd(&c->dirs[i].fd);
		free(c->dirs[i].mount);
		free(c->dirs[i].path);
	}
	cgroup_settled(c);
	free(c->dirs);
	free(c->text);
	free(c->unit);
	free(c);
	*cgroup = NULL;
}

void cgroup_settled(struct cgroup *cgroup)
{
	process_end(&cgroup->keeper);
}

static struct cgroup *cgroup_new(void)
{
	struct cgroup *c = xnew(struct cgroup);

	c->keeper = PROCESS_NONE;
	return c;
}

const char *cgroup_path(const struct cgroup *cgroup)
{
	return cgroup->text;
}

const char *cgroup_directory(const struct cgroup *cgroup, const char *controllers)
{
	uint32_t wanted = cgroup_controllers_parse(controllers);

	for (size_t i = 0; i < cgroup->count; i++)
		if (*controllers ? cgroup->dirs[i].controllers & wanted : cgroup->dirs[i].v2)
			return cgroup->dirs[i].path;
	return NULL;
}

static struct cgroup_dir *add_dir(struct cgroup *c, const char *mount, char *path, uint32_t controllers, bool v2)
{
	c->dirs = xrealloc(c->dirs, (c->count + 1) * sizeof *c->dirs);
	c->dirs[c->count] = (struct cgroup_dir){
		.mount = xstrdup(mount), .path = path, .controllers = controllers, .v2 = v2, .fd = -1
	};
	return &c->dirs[c->count++];
}

#define SYSTEMD "systemd " /* before the name of a unit */

/*
 * One line a directory: "1 20 /sys/fs/cgroup/cpu 22 /hoy/ID": version, controllers in hex, length of the mount's path. In front
 * of them, "systemd UNIT", alone until the unit was started.
 */
void cgroup_write_text(struct cgroup *c)
{
	autobuf text = BUF_INIT;

	if (c->unit)
		buf_add_format(&text, SYSTEMD "%s", c->unit);
	for (size_t i = 0; i < c->count; i++)
		buf_add_format(&text, "%s%d %x %zu %s", text.len ? "\n" : "", c->dirs[i].v2 ? 2 : 1, c->dirs[i].controllers,
			       strlen(c->dirs[i].mount), c->dirs[i].path);
	free(c->text);
	c->text = buf_take(&text);
}

static int parse_text(const char *text, struct cgroup *c)
{
	if (strncmp(text, SYSTEMD, strlen(SYSTEMD)) == 0) {
		text += strlen(SYSTEMD);
		c->unit = xstrndup(text, strcspn(text, "\n"));
		text += strlen(c->unit);
		text += *text == '\n';
	}
	for (const char *line = text; *line;) {
		const char *path = line, *end = line + strcspn(line, "\n");
		uint64_t version, controllers, mount;

		if (number_take(&path, 10, &version) < 0 || *path++ != ' ' || number_take(&path, 16, &controllers) < 0 ||
		    *path++ != ' ' || number_take(&path, 10, &mount) < 0 || *path++ != ' ' || version < 1 || version > 2 ||
		    mount >= (size_t)(end - path) || path[0] != '/' || path[mount] != '/')
			return -EINVAL;
		autofree char *mounted = xstrndup(path, mount);

		add_dir(c, mounted, xstrndup(path, (size_t)(end - path)), (unsigned int)controllers, version == 2);
		line = end + (*end == '\n');
	}
	c->pure = c->count == 1 && c->dirs[0].v2;
	return c->count || c->unit ? 0 : -EINVAL;
}

/* The directories of @path in all hierarchies. */
void cgroup_add_dirs(struct cgroup *c, const struct cgroup_layout *layout, const char *path)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct cgroup_hierarchy *h = &layout->items[i];

		add_dir(c, h->mount, cgroup_hierarchy_place(h, path), h->controllers, h->v2);
	}
}

/* The scope by its name: where its directories are is known when it was started. */
static int plan_unit(const struct cgroup_options *options, struct cgroup **ret)
{
	autocall(cgroup_free) struct cgroup *c = cgroup_new();
	autofree char *slice = NULL;
	int r = cgroup_systemd_name(options, &slice, &c->unit);

	if (r < 0)
		return r;
	cgroup_write_text(c);
	*ret = take(&c);
	return 0;
}

/* Where the cgroup's directories are or are to be: text only, nothing is made. */
int cgroup_plan(const struct cgroup_options *options, struct cgroup **ret)
{
	autocall(cgroup_layout_release) struct cgroup_layout layout = { 0 };
	autocall(cgroup_free) struct cgroup *c = cgroup_new();
	const char *path = options->path && *options->path ? options->path : options->id;
	autofree char *clean = NULL, *rooted = xasprintf("/%s", path);
	int r;

	clean = path_clean(rooted);
	if (strcmp(clean, "/") == 0)
		return fail(-EINVAL, "linux.cgroupsPath: \"%s\" is the root of the tree", path);
	for (const char *p = path; *p; p++)
		if ((unsigned char)*p < ' ')
			return fail(-EINVAL, "linux.cgroupsPath: it contains a control character");
	if (options->systemd)
		return plan_unit(options, ret);
	r = cgroup_layout_find(*path != '/', &layout);
	if (r < 0)
		return r;
	c->pure = layout.pure;
	cgroup_add_dirs(c, &layout, path);
	cgroup_write_text(c);
	*ret = take(&c);
	return 0;
}

int cgroup_open(const char *path, struct cgroup **ret)
{
	autocall(cgroup_free) struct cgroup *c = cgroup_new();
	bool found = false;

	if (parse_text(path, c) < 0)
		return fail(-EINVAL, "the state names no cgroup: \"%s\"", path);
	c->text = xstrdup(path);
	for (size_t i = 0; i < c->count; i++) {
		bool here = cgroup_dir_fd(&c->dirs[i]) >= 0;

		if (here && c->dirs[i].v2)
			(void)cgroup_v2_enable(&c->dirs[i], 0, 0); /* nothing but reading what it has */
		found |= here;
	}
	if (!found && !c->unit)
		return -ENOENT;
	*ret = take(&c);
	return 0;
}

int cgroup_find(const struct cgroup_options *options, struct cgroup **ret)
{
	autocall(cgroup_free) struct cgroup *c = NULL;
	int r = cgroup_plan(options, &c);

	return r < 0 ? r : cgroup_open(c->text, ret);
}

struct cgroup_dir *cgroup_dir_with(const struct cgroup *cgroup, enum cgroup_controller controller)
{
	for (size_t i = 0; i < cgroup->count; i++)
		if (cgroup->dirs[i].controllers & CGROUP_BIT(controller))
			return &cgroup->dirs[i];
	return NULL;
}
