/* SPDX-License-Identifier: Apache-2.0 */
#include "container/prune_images.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/container.h"
#include "image/catalog.h"
#include "image/collect.h"
#include "image/digest.h"
#include "image/image.h"
#include "image/layer.h"
#include "image/parts.h"
#include "image/remove.h"

#include <errno.h>
#include <string.h>

struct pruning {
	const struct home *home;
	const struct prune_images *p;
	const struct catalog *all;
	uint64_t bytes;
};

static bool is_tagged(const struct pruning *g, const char *id)
{
	for (size_t i = 0; i < g->all->count; i++)
		if (strcmp(g->all->items[i].id, id) == 0 && !strchr(g->all->items[i].reference, '@'))
			return true;
	return false;
}

static bool is_wanted(const struct pruning *g, const struct catalog_entry *e)
{
	__attribute__((cleanup(image_release))) struct image image = { 0 };
	autofree char *container = NULL;
	bool running;

	if ((!g->p->all && is_tagged(g, e->id)) || container_uses_image(g->home, digest_hex(e->id), &container, &running) != 0)
		return false;
	if (!g->p->wanted)
		return true;
	return image_load(g->home->store, e, &image) == 0 && g->p->wanted(&image.config, g->p->data);
}

/* Names first: a killed command leaves an image without a name, which the collector finds. */
static int untag(struct pruning *g, const char *id, struct strv *digests)
{
	for (size_t i = 0; i < g->all->count; i++) {
		const struct catalog_entry *e = &g->all->items[i];
		int r;

		if (strcmp(e->id, id) != 0)
			continue;
		r = catalog_remove(g->home->store, e->reference);
		if (r < 0 && r != -ENOENT)
			return r;
		if (e->manifest_digest)
			strv_add(digests, e->manifest_digest);
		if (e->digest)
			strv_add(digests, e->digest);
		if (g->p->untagged && *e->reference != '@')
			g->p->untagged(e->reference, g->p->data);
	}
	return 0;
}

static int remove_image(struct pruning *g, const char *id)
{
	const struct store *s = g->home->store;
	autocall(parts_release) struct parts own = { 0 };
	autostrv digests = { 0 }, removed = { 0 };
	autofree int64_t *sizes = NULL;
	int r;

	(void)parts_add_image(s, id, &own);
	sizes = xcalloc(own.chains.count + 1, sizeof *sizes);
	for (size_t i = 0; i < own.chains.count; i++)
		sizes[i] = layer_size(s, own.chains.items[i]);
	r = untag(g, id, &digests);
	if (r == 0)
		r = image_remove(s, id, &digests, &removed);
	for (size_t i = 0; i < removed.count; i++) {
		for (size_t k = 0; k < own.chains.count; k++)
			if (strcmp(own.chains.items[k], removed.items[i]) == 0)
				g->bytes += (uint64_t)sizes[k];
		if (g->p->deleted)
			g->p->deleted(removed.items[i], id, g->p->data);
	}
	return r;
}

int prune_images(const struct home *home, const struct prune_images *p, uint64_t *ret_bytes)
{
	autocatalog all = { 0 };
	struct pruning g = { .home = home, .p = p, .all = &all };
	autostrv seen = { 0 };
	uint64_t more = 0;
	int r = catalog_list(home->store, &all);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		if (strv_contains(&seen, all.items[i].id))
			continue;
		strv_add(&seen, all.items[i].id);
		if (is_wanted(&g, &all.items[i]))
			r = remove_image(&g, all.items[i].id);
	}
	if (r == 0)
		r = image_collect(home->store, 0, &more);
	*ret_bytes = g.bytes + more;
	return r;
}
