/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_device.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/volume_address.h"
#include "container/volume_mount.h"
#include "kernel/mount.h"
#include "runtime/mount_detached.h"

#include <string.h>

/* Of several places the first: the others get it from there. */
static bool is_first(const struct volume_mounts *all, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (strcmp(all->items[i].name, all->items[place].name) == 0)
			return false;
	return all->items[place].kind == VOLUME_MOUNT_MADE;
}

/* Beside the container's directory, whatever that is in a script. */
static char *place_of(const struct container *c, const struct volume_mount *m)
{
	return xasprintf("%s.%s", c->path, m->name);
}

int volume_devices_open(struct container *c, struct join *join)
{
	autocall(volume_mounts_release) struct volume_mounts all = { 0 };
	int r = volume_mounts_read(c->dir, &all);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		const struct volume_mount *m = &all.items[i];
		autofree char *place = place_of(c, m);
		int tree;

		if (!is_first(&all, i))
			continue;
		r = volume_address_find(&c->spec);
		tree = r < 0 ? r : mount_detached(&c->spec, m->destination, place);
		if (tree < 0)
			return fail_while(tree, "volume %s", m->name);
		join_add_tree(join, m->destination, place, tree, true);
	}
	return r;
}

void volume_devices_end(const struct container *c)
{
	autocall(volume_mounts_release) struct volume_mounts all = { 0 };

	if (volume_mounts_read(c->dir, &all) < 0)
		error_clear();
	for (size_t i = 0; i < all.count; i++) {
		autofree char *place = place_of(c, &all.items[i]);

		if (is_first(&all, i))
			sys_mount_drop(NULL, place);
	}
}
