/* SPDX-License-Identifier: Apache-2.0 */
#include "image/remove.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/imageconfig.h"
#include "image/layer.h"
#include "image/manifest.h"

#include <errno.h>

/* What an image is made of: chain ids and blob digests. */
struct parts {
	struct strv chains; /* lowest first */
	struct strv blobs;
};

static void parts_release(struct parts *p)
{
	strv_release(&p->chains);
	strv_release(&p->blobs);
}

static void add_chains(const struct store *s, const char *id, struct parts *p)
{
	autocall(imageconfig_release) struct imageconfig config = { 0 };
	autobuf text = BUF_INIT;
	char chain[DIGEST_MAX];

	if (blobstore_read(s, id, IMAGECONFIG_SIZE_MAX, &text) < 0 || imageconfig_parse(text.data, text.len, &config) < 0)
		return;
	for (size_t i = 0; i < config.diff_ids.count; i++)
		strv_add(&p->chains, digest_chain(i ? chain : NULL, config.diff_ids.items[i], chain));
}

static void add_manifest(const struct store *s, const char *digest, struct parts *p)
{
	autocall(manifest_release) struct manifest m = { 0 };
	autobuf text = BUF_INIT;

	if (blobstore_read(s, digest, MANIFEST_SIZE_MAX, &text) < 0 || manifest_parse(text.data, text.len, NULL, &m) < 0)
		return;
	strv_add(&p->blobs, digest);
	if (m.kind == MANIFEST_INDEX)
		return;
	for (size_t i = 0; i < m.count; i++)
		strv_add(&p->blobs, m.items[i].digest);
}

/* Documents that cannot be read name nothing: what they named is for the collector. */
static void add_image(const struct store *s, const char *id, struct parts *p)
{
	add_chains(s, id, p);
	strv_add(&p->blobs, id);
}

static int add_others(const struct store *s, struct parts *p)
{
	autocatalog all = { 0 };
	int r = catalog_list(s, &all);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		add_image(s, all.items[i].id, p);
		if (all.items[i].manifest_digest)
			add_manifest(s, all.items[i].manifest_digest, p);
		if (all.items[i].digest)
			add_manifest(s, all.items[i].digest, p);
	}
	return r;
}

int image_remove(const struct store *s, const char *id, const struct strv *digests, struct strv *ret_removed)
{
	autocall(parts_release) struct parts own = { 0 }, others = { 0 };
	int r = add_others(s, &others);

	if (r < 0)
		return r;
	if (id)
		add_image(s, id, &own);
	for (size_t i = 0; i < digests->count; i++)
		add_manifest(s, digests->items[i], &own);
	if (id)
		strv_add(ret_removed, id);
	/* blobs first: an image whose config is gone is no image, whatever is left of it */
	for (size_t i = own.blobs.count; r == 0 && i-- > 0;)
		if (!strv_contains(&others.blobs, own.blobs.items[i]))
			r = blobstore_remove(s, own.blobs.items[i]);
	for (size_t i = own.chains.count; r == 0 && i-- > 0;) {
		if (strv_contains(&others.chains, own.chains.items[i]))
			continue;
		r = layer_remove(s, own.chains.items[i]);
		if (r == 0)
			strv_add(ret_removed, own.chains.items[i]);
	}
	error_clear();
	return r;
}
