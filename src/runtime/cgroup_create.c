/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cgroup_driver.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "kernel/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a v2 cgroup should have where it can, for limits set later and for stats. */
#define WANTED (CGROUP_BIT(CGROUP_CPU) | CGROUP_BIT(CGROUP_MEMORY) | CGROUP_BIT(CGROUP_PIDS) | CGROUP_BIT(CGROUP_IO))

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
static void write_text(struct cgroup *c)
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
static void add_dirs(struct cgroup *c, const struct cgroup_layout *layout, const char *path)
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
	write_text(c);
	*ret = take(&c);
	return 0;
}

/* Where the cgroup's directories are or are to be: text only, nothing is made. */
static int plan(const struct cgroup_options *options, struct cgroup **ret)
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
	add_dirs(c, &layout, path);
	write_text(c);
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
	int r = plan(options, &c);

	return r < 0 ? r : cgroup_open(c->text, ret);
}

struct cgroup_dir *cgroup_dir_with(const struct cgroup *cgroup, enum cgroup_controller controller)
{
	for (size_t i = 0; i < cgroup->count; i++)
		if (cgroup->dirs[i].controllers & CGROUP_BIT(controller))
			return &cgroup->dirs[i];
	return NULL;
}

/* ---- making ------------------------------------------------------------------------------------------------------- */

static uint64_t processes_in(struct cgroup_dir *dir)
{
	char text[32];

	return cgroup_dir_read(dir, "cgroup.procs", text, sizeof text) > 0;
}

/* The beginning is runc's, which callers know. */
static int refuse(const struct cgroup_dir *dir)
{
	return fail(-EEXIST, "container's cgroup is not empty: %s exists and has processes", dir->path);
}

/*
 * Somebody else's cgroup is never taken for ours, not even by the record of what we were about to make. In one that is frozen
 * the first process would stop before it did anything, and we would wait for it.
 */
static int refuse_occupied(struct cgroup *c)
{
	bool frozen = false;

	for (size_t i = 0; i < c->count; i++)
		if (processes_in(&c->dirs[i]))
			return refuse(&c->dirs[i]);
	if (cgroup_is_frozen(c, &frozen) == 0 && frozen)
		return fail(-EEXIST, "container's cgroup unexpectedly frozen: thaw or remove it first");
	return 0;
}

/* From @i on they are not ours. */
static void forget_from(struct cgroup *c, size_t i)
{
	for (size_t k = i; k < c->count; k++) {
		cleanup_fd(&c->dirs[k].fd);
		free(c->dirs[k].mount);
		free(c->dirs[k].path);
	}
	c->count = i;
}

static int make_one(struct cgroup *c, size_t i, uint32_t needed)
{
	struct cgroup_dir *dir = &c->dirs[i];
	bool cpuset = dir->controllers & CGROUP_BIT(CGROUP_CPUSET) && !dir->v2;
	int r = cgroup_dir_make(dir, cpuset ? cgroup_v1_fill_cpuset : NULL);

	if (r == 1 && !c->unit && processes_in(dir)) {
		r = refuse(dir);
		forget_from(c, i);
		return r;
	}
	return r >= 0 && dir->v2 ? cgroup_v2_enable(dir, needed, c->pure ? WANTED : 0) : r;
}

/* Those of one version. */
static int make_all(struct cgroup *c, uint32_t needed, bool v2)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < c->count; i++)
		if (c->dirs[i].v2 == v2)
			r = make_one(c, i, needed);
	return r < 0 ? r : 0;
}

/* A limit that has no place to be written to. */
static int check_needed(const struct cgroup *c, uint32_t needed)
{
	for (unsigned int n = 0; n < CGROUP_NAMED; n++) {
		if (!(needed & CGROUP_BIT(n)) || cgroup_dir_with(c, n))
			continue;
		if (n == CGROUP_DEVICES || n == CGROUP_NET_CLS || n == CGROUP_NET_PRIO) /* a program in v2; v1 alone */
			continue;
		return fail_hint(
			fail(-ENOENT, "limit %s: no cgroup controller \"%s\" is available here", cgroup_controller_name(n, false),
			     cgroup_controller_name(n, c->pure)),
			c->pure ? "see cgroup.controllers and cgroup.subtree_control in /sys/fs/cgroup; a container or a user's "
				  "session has only what was delegated to it"
				: "see /proc/cgroups and the mounts below /sys/fs/cgroup");
	}
	return 0;
}

/* systemd makes it and says where; hoy goes on from there. */
static int start_unit(struct cgroup *c, const struct cgroup_options *options, const struct spec_resources *resources)
{
	autocall(cgroup_layout_release) struct cgroup_layout layout = { 0 };
	autofree char *slice = NULL, *unit = NULL, *path = NULL;
	int r = cgroup_layout_find(false, &layout);

	if (r == 0)
		r = cgroup_systemd_name(options, &slice, &unit);
	if (r < 0)
		return r;
	c->pure = layout.pure;
	r = cgroup_systemd_start(c, options, slice, resources, &path);
	if (r < 0)
		return r;
	add_dirs(c, &layout, path);
	write_text(c);
	return 0;
}

static int remove_failed(struct cgroup *c, int error)
{
	struct error_record words;

	error_pack(error, &words);
	(void)cgroup_remove(c);
	return error_unpack(&words);
}

int cgroup_begin(const struct cgroup_options *options, const struct spec_resources *resources, struct cgroup **ret)
{
	autocall(cgroup_free) struct cgroup *c = NULL;
	int r = plan(options, &c);

	if (r == 0)
		r = refuse_occupied(c);
	if (r == 0 && options->planned)
		r = options->planned(options->data, c->text);
	if (r == 0 && c->unit)
		r = start_unit(c, options, resources);
	if (r < 0)
		return r;
	r = make_all(c, cgroup_limits_needed(resources), true);
	if (r < 0)
		return remove_failed(c, r);
	*ret = take(&c);
	return 0;
}

int cgroup_complete(struct cgroup *c, const struct cgroup_options *options, const struct spec_resources *resources)
{
	uint32_t needed = cgroup_limits_needed(resources);
	int r = make_all(c, needed, false);

	if (r == 0)
		r = check_needed(c, needed);
	if (r == 0)
		r = cgroup_limits_apply(c, resources, true);
	if (r == 0) {
		r = cgroup_device_apply(c, &resources->devices, true);
		if (options->rootless && (r == -EPERM || r == -EACCES)) /* the kernel lets only real root decide that */
			r = 0;
	}
	if (r == 0 && options->delegate && c->pure)
		r = cgroup_v2_delegate(&c->dirs[0], options->owner);
	return r;
}

/* Without root not even finding a place for it has to be an error. */
static bool may_do_without(const struct cgroup_options *options, const struct spec_resources *resources, int error)
{
	bool refused = error == -ENOENT || error == -EACCES || error == -EPERM || error == -EROFS;

	return options->rootless && !options->systemd && !cgroup_limits_needed(resources) && refused;
}

int cgroup_create(const struct cgroup_options *options, const struct spec_resources *resources, struct cgroup **ret)
{
	autocall(cgroup_free) struct cgroup *c = NULL;
	int r = cgroup_begin(options, resources, &c);

	*ret = NULL;
	if (r == 0) {
		r = cgroup_complete(c, options, resources);
		if (r < 0)
			r = remove_failed(c, r);
	}
	if (may_do_without(options, resources, r))
		r = 0;
	else if (r == 0)
		*ret = take(&c);
	return r;
}

int cgroup_update(struct cgroup *cgroup, const struct spec_resources *resources)
{
	uint32_t needed = cgroup_limits_needed(resources);
	int r = cgroup->unit ? cgroup_systemd_update(cgroup, resources) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < cgroup->count; i++)
		if (cgroup->dirs[i].v2 && needed) {
			r = cgroup_v2_enable(&cgroup->dirs[i], needed, 0);
			if (r < 0)
				return r;
		}
	r = check_needed(cgroup, needed);
	if (r == 0)
		r = cgroup_limits_apply(cgroup, resources, false);
	if (r == 0 && resources->devices.count)
		r = cgroup_device_apply(cgroup, &resources->devices, false);
	return r;
}

/* ---- entering ----------------------------------------------------------------------------------------------------- */

int cgroup_clone_fd(const struct cgroup *cgroup)
{
	struct cgroup_dir *dir = cgroup_dir_with(cgroup, CGROUP_UNIFIED);

	return dir ? cgroup_dir_fd(dir) : -1;
}

int cgroup_enter_self(const struct cgroup *cgroup, bool cloned_into)
{
	const char *why = "the process enters its cgroup";

	for (size_t i = 0; i < cgroup->count; i++) {
		struct cgroup_dir *dir = &cgroup->dirs[i];
		int r;

		if (dir->v2 && cloned_into)
			continue;
		r = cgroup_dir_write(dir, why, dir->v2 ? "cgroup.procs" : "tasks", "0");
		if (r < 0)
			return r;
		why = NULL;
	}
	return 0;
}
