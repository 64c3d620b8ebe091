/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/disk_use.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/volume.h"
#include "image/digest.h"
#include "image/image.h"
#include "image/layer.h"

#include <string.h>

void disk_use_release(struct disk_use *u)
{
	catalog_release(&u->catalog);
	free(u->images);
	for (size_t i = 0; i < u->container_count; i++)
		brief_release(&u->containers[i].brief);
	free(u->containers);
	for (size_t i = 0; i < u->volume_count; i++) {
		free(u->volumes[i].name);
		free(u->volumes[i].labels);
	}
	free(u->volumes);
	*u = (struct disk_use){ 0 };
}

struct reading {
	const struct home *home;
	struct disk_use *use;
};

static int add_container(struct brief *b, void *data)
{
	struct reading *r = data;
	struct disk_use *u = r->use;
	autofree char *upper = xasprintf("%s/upper", b->id);

	u->containers = xrealloc(u->containers, (u->container_count + 1) * sizeof *u->containers);
	u->containers[u->container_count++] = (struct disk_container){ *b, dir_size(r->home->containers, upper) };
	*b = (struct brief){ 0 };
	return 0;
}

static int add_volume(const struct volume *v, void *data)
{
	struct reading *r = data;
	struct disk_use *u = r->use;
	autostrv users = { 0 };

	if (volume_users(r->home->store, v->name, &users) < 0)
		error_clear();
	u->volumes = xrealloc(u->volumes, (u->volume_count + 1) * sizeof *u->volumes);
	u->volumes[u->volume_count++] = (struct disk_volume){ .name = xstrdup(v->name),
							      .labels = strv_join(&v->labels, ","),
							      .users = users.count,
							      .size = volume_size(r->home->store, v->name) };
	return 0;
}

static size_t containers_of(const struct disk_use *u, const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < u->container_count; i++)
		n += strcmp(u->containers[i].brief.image_id, digest_hex(id)) == 0;
	return n;
}

/* The directory of a layer ("…/layers/HEX/diff") says its chain id. */
static uint64_t size_of(const struct store *s, const char *path)
{
	const char *begin = strstr(path, "/layers/");
	autofree char *chain = begin ? xasprintf("sha256:%.64s", begin + 8) : NULL;
	int64_t size = chain ? layer_size(s, chain) : 0;

	return size > 0 ? (uint64_t)size : 0;
}

static bool is_first_of_its_id(const struct disk_use *u, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(u->images[i].entry->id, u->images[index].entry->id) == 0)
			return false;
	return true;
}

/* Which layers which image has: those that several have are shared, and those of images with containers are needed. */
static void weigh(const struct store *s, struct disk_use *u, struct image *images)
{
	autostrv needed = { 0 };

	for (size_t i = 0; i < u->image_count; i++)
		for (size_t k = 0; k < images[i].layers.count; k++) {
			const char *layer = images[i].layers.items[k];
			bool shared = false;

			for (size_t other = 0; other < u->image_count && !shared; other++)
				shared = strcmp(u->images[other].entry->id, u->images[i].entry->id) != 0 &&
					 strv_contains(&images[other].layers, layer);
			if (shared)
				u->images[i].shared += size_of(s, layer);
			if (u->images[i].containers && !strv_contains(&needed, layer)) {
				u->active_layers += size_of(s, layer);
				strv_add(&needed, layer);
			}
		}
}

static void read_images(const struct store *s, struct disk_use *u)
{
	struct image *images = xcalloc(u->catalog.count + 1, sizeof *images);

	u->images = xcalloc(u->catalog.count + 1, sizeof *u->images);
	u->image_count = u->catalog.count;
	for (size_t i = 0; i < u->image_count; i++) {
		struct disk_image *image = &u->images[i];

		image->entry = &u->catalog.items[i];
		image->containers = containers_of(u, image->entry->id);
		/* one whose layers are missing takes up nothing */
		if (image_load(s, image->entry, &images[i]) < 0)
			error_clear();
		else if (images[i].config.created)
			(void)clock_parse(images[i].config.created, &image->created);
		if (is_first_of_its_id(u, i)) {
			u->distinct_images++;
			u->active_images += image->containers > 0;
		}
	}
	weigh(s, u, images);
	for (size_t i = 0; i < u->image_count; i++)
		image_release(&images[i]);
	free(images);
}

int disk_use_read(const struct home *home, struct disk_use *ret)
{
	struct disk_use u = { 0 };
	struct reading reading = { home, &u };
	int r = catalog_list(home->store, &u.catalog);

	if (r == 0)
		r = brief_each(home, false, add_container, &reading);
	if (r == 0)
		r = volume_each(home->store, add_volume, &reading);
	if (r < 0) {
		disk_use_release(&u);
		return r;
	}
	u.layers = (uint64_t)layer_total(home->store);
	read_images(home->store, &u);
	*ret = u;
	return 0;
}
