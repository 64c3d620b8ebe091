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
	bool frozen = false, there = false;

	for (size_t i = 0; i < c->count; i++) {
		if (processes_in(&c->dirs[i]))
			return refuse(&c->dirs[i]);
		there |= c->dirs[i].fd >= 0;
	}
	if (there && cgroup_is_frozen(c, &frozen) == 0 && frozen)
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

static bool is_refused(int error)
{
	return error == -EACCES || error == -EPERM || error == -EROFS;
}

/* The v2 tree beside v1's has no controllers here: who may not make a group in it lacks nothing but a quicker way to end all. */
static void drop_v2(struct cgroup *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct cgroup_dir *dir = &c->dirs[i];

		if (!dir->v2) {
			c->dirs[kept++] = *dir;
			continue;
		}
		cleanup_fd(&dir->fd);
		free(dir->mount);
		free(dir->path);
	}
	c->count = kept;
	cgroup_write_text(c);
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
	cgroup_add_dirs(c, &layout, path);
	cgroup_write_text(c);
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
	int r = cgroup_plan(options, &c);

	if (r == 0)
		r = refuse_occupied(c);
	if (r == 0 && options->planned)
		r = options->planned(options->data, c->text);
	if (r == 0 && c->unit)
		r = start_unit(c, options, resources);
	if (r < 0)
		return r;
	r = make_all(c, cgroup_limits_needed(resources), true);
	if (is_refused(r) && options->rootless && !c->pure && !c->unit && c->count > 1) {
		drop_v2(c);
		r = options->planned ? options->planned(options->data, c->text) : 0;
	}
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
static bool may_do_without(const struct cgroup_options *options, int error)
{
	return options->rootless && !options->systemd && (error == -ENOENT || is_refused(error));
}

/* runc's words. */
static int cannot_limit(uint32_t needed, int error)
{
	return fail_while(error, "cannot set %s limit: container could not join or create cgroup",
			  cgroup_controller_name((enum cgroup_controller)__builtin_ctz(needed), false));
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
	if (may_do_without(options, r))
		r = cgroup_limits_needed(resources) ? cannot_limit(cgroup_limits_needed(resources), r) : 0;
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
