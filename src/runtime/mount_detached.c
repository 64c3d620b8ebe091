/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount_detached.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/mount.h"
#include "runtime/mount.h"
#include "runtime/tree.h"

#include <errno.h>
#include <string.h>

#define PATIENCE 30 /* seconds */

struct making {
	const struct mount_how *how;
	const char *place;
};

static int make(const void *data)
{
	const struct making *m = data;

	return sys_mount_make("out here: inside there are neither the host's network nor its disks", &m->how->mount, m->place);
}

static int make_one(const struct spec *spec, const struct mount_entry *e, const char *place)
{
	autocall(mount_how_release) struct mount_how how = { 0 };
	struct making making = { &how, place };

	mount_how_fill(spec, e, &how);
	mount_how_finish(&how);
	how.mount.attributes = 0;
	how.mount.shown = e->destination;
	return tree_from_child(make, &making, PATIENCE);
}

int mount_detached(const struct spec *spec, const char *destination, const char *place)
{
	struct mount_plan plan = { 0 };
	int r = -ENOENT;

	mount_plan_make(spec, &plan);
	for (size_t i = 0; r == -ENOENT && i < plan.count; i++)
		if (strcmp(plan.items[i].spec->destination, destination) == 0)
			r = make_one(spec, &plan.items[i], place);
	mount_plan_release(&plan);
	if (r == -ETIMEDOUT)
		return fail(r, "mount %s: no answer within %d seconds", destination, PATIENCE);
	return r;
}
