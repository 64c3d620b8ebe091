/* SPDX-License-Identifier: Apache-2.0 */
#include "container/view_mounts.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "container/volume_address.h"
#include "container/volume_mount.h"
#include "kernel/mount.h"
#include "runtime/init.h"
#include "runtime/mount.h"
#include "runtime/mount_detached.h"
#include "runtime/mount_idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct mounting {
	struct init in; /* of it the spec and a procfs */
	bool writable;
	int root;
};

static int open_target(const struct mounting *m, const struct mount_entry *e, bool directory)
{
	int target;

	if (!m->writable)
		target = beneath_pin(m->root, e->destination);
	else
		target = directory ? beneath_make_dirs(m->root, e->destination, 0755)
				   : beneath_make_file(m->root, e->destination, 0644);
	return target < 0 && (m->writable || target != -ENOENT) ? fail_code(target, "mount %s: find its target", e->destination)
								: target;
}

/* What is only looked at gets nothing that it does not have. */
static int not_there(const struct mounting *m, int target)
{
	return target == -ENOENT && !m->writable ? 0 : target;
}

static void set_access(const struct mount_entry *e, struct sys_bind *b)
{
	b->set = e->options.set & MOUNT_ATTR_RDONLY;
	b->rec_set = e->options.rec_set & MOUNT_ATTR_RDONLY;
}

static int bind_one(const struct mounting *m, const struct mount_entry *e)
{
	autofd int source = mount_open_source(e, AT_FDCWD), target = -1, idmap = -1, mounted = -1;
	struct sys_bind b = SYS_BIND_NONE;
	struct stat st;

	if (source < 0)
		return source;
	if (fstat(source, &st) < 0)
		return fail_errno("open %s", e->spec->source);
	target = open_target(m, e, S_ISDIR(st.st_mode));
	if (target < 0)
		return not_there(m, target);
	if (e->options.idmap) {
		idmap = mount_idmap_open(m->in.proc, m->in.spec, e);
		if (idmap < 0)
			return idmap;
		b.idmap = idmap;
		b.idmap_recursive = e->options.idmap_recursive;
	}
	b.source = source;
	b.shown_source = e->spec->source;
	b.target = target;
	b.shown = e->destination;
	b.recursive = e->options.recursive;
	set_access(e, &b);
	mounted = sys_bind("as the container has it", &b);
	return mounted < 0 ? mounted : 0;
}

/* A disk, or what a server has. */
static int device_one(const struct mounting *m, const struct mount_entry *e)
{
	autofd int target = open_target(m, e, true), tree = -1, mounted = -1, view = -1;
	struct sys_bind b = SYS_BIND_NONE;

	if (target < 0)
		return not_there(m, target);
	tree = mount_detached(m->in.spec, e->spec->destination, e->destination);
	if (tree < 0)
		return tree;
	b.source = b.detached = tree;
	b.shown_source = e->spec->source;
	b.target = target;
	b.shown = e->destination;
	set_access(e, &b);
	mounted = sys_bind("as the container has it", &b);
	if (mounted >= 0 && (e->options.subdir || e->options.idmap)) {
		view = mount_view(&m->in, e, mounted, e->destination);
		return view < 0 ? view : 0;
	}
	return mounted < 0 ? mounted : 0;
}

static bool is_device(const struct volume_mounts *volumes, const char *destination)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (strcmp(volumes->items[i].destination, destination) == 0)
			return volumes->items[i].kind == VOLUME_MOUNT_MADE;
	return false;
}

int view_mounts(const struct handle *h, struct spec *spec, bool writable, int root)
{
	autocall(volume_mounts_release) struct volume_mounts volumes = { 0 };
	autofd int proc = init_open_proc();
	struct mounting m = { .in = { .spec = spec, .proc = proc }, .writable = writable, .root = root };
	struct mount_plan plan = { 0 };
	int r = proc < 0 ? proc : volume_mounts_read(h->dir, &volumes);

	if (r == 0)
		r = volume_address_find(spec);
	mount_plan_make(spec, &plan);
	for (size_t i = 0; r == 0 && i < plan.count; i++) {
		const struct mount_entry *e = &plan.items[i];

		if (e->kind == MOUNT_BIND)
			r = bind_one(&m, e);
		else if (is_device(&volumes, e->spec->destination))
			r = device_one(&m, e);
	}
	mount_plan_release(&plan);
	return r;
}
