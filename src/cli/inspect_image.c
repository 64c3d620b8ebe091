/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect_image.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/image.h"
#include "image/reference.h"

#include <errno.h>
#include <string.h>

/* All names of the image, in their two forms. */
static int list_names(const struct store *s, const char *id, struct strv *tags, struct strv *digests)
{
	autocatalog all = { 0 };
	int r = catalog_list(s, &all);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		struct catalog_entry *e = &all.items[i];
		autoreference ref = { 0 };
		autofree char *name = NULL, *full = NULL, *by_digest = NULL;

		if (strcmp(e->id, id) != 0 || *e->reference == '@' || reference_parse(e->reference, &ref) < 0)
			continue;
		name = reference_familiar_name(&ref);
		full = reference_familiar(&ref);
		if (!ref.digest)
			strv_add(tags, full);
		by_digest = e->digest ? xasprintf("%s@%s", name, e->digest) : NULL;
		if (by_digest && !strv_contains(digests, by_digest))
			strv_add(digests, by_digest);
	}
	return r;
}

/* The layers as overlayfs wants them; an image with layers missing shows none. */
static void put_driver(const struct store *s, const struct catalog_entry *e, struct json_writer *w)
{
	autocall(image_release) struct image image = { 0 };

	json_begin_object(w, "GraphDriver");
	json_begin_object(w, "Data");
	if (image_load(s, e, &image) == 0 && image.layers.count) {
		autostrv lower = { 0 };
		autofree char *joined = NULL;

		for (size_t i = image.layers.count - 1; i-- > 0;)
			strv_add(&lower, image.layers.items[i]);
		joined = strv_join(&lower, ":");
		if (lower.count)
			json_put_str(w, "LowerDir", joined);
		json_put_str(w, "UpperDir", image.layers.items[image.layers.count - 1]);
	}
	json_end_object(w);
	json_put_str(w, "Name", "overlay");
	json_end_object(w);
}

static void put_all(const struct store *s, const struct catalog_entry *e, const struct imageconfig *c, const struct strv *tags,
		    const struct strv *digests, struct json_writer *w)
{
	const char *comment = c->history_count ? c->history[c->history_count - 1].comment : NULL;
	char named[CLOCK_TEXT_MAX];

	json_begin_object(w, NULL);
	json_put_str(w, "Id", e->id);
	json_put_strv(w, "RepoTags", tags);
	json_put_strv(w, "RepoDigests", digests);
	json_put_str(w, "Parent", "");
	json_put_str(w, "Comment", comment ? comment : "");
	json_put_str(w, "Created", c->created ? c->created : "");
	json_put_str(w, "Author", c->author ? c->author : "");
	imageconfig_write_inner(c, "Config", w);
	json_put_str(w, "Architecture", c->architecture);
	if (*c->variant)
		json_put_str(w, "Variant", c->variant);
	json_put_str(w, "Os", c->os);
	json_put_i64(w, "Size", e->size);
	json_put_i64(w, "VirtualSize", e->size);
	put_driver(s, e, w);
	json_begin_object(w, "RootFS");
	json_put_str(w, "Type", "layers");
	json_put_strv(w, "Layers", &c->diff_ids);
	json_end_object(w);
	json_begin_object(w, "Metadata");
	json_put_str(w, "LastTagTime", clock_format(catalog_named(s, e->reference), named));
	json_end_object(w);
	json_end_object(w);
}

int inspect_image(const struct store *s, const char *name_or_id, struct json_writer *w)
{
	autocall(imageconfig_release) struct imageconfig config = { 0 };
	autostrv tags = { 0 }, digests = { 0 };
	autoentry e = { 0 };
	autobuf text = BUF_INIT;
	int r = image_find_entry(s, name_or_id, &e);

	if (r == 0)
		r = blobstore_read(s, e.id, IMAGECONFIG_SIZE_MAX, &text);
	if (r == 0)
		r = imageconfig_parse(text.data, text.len, &config);
	if (r == 0)
		r = list_names(s, e.id, &tags, &digests);
	if (r < 0)
		return r;
	put_all(s, &e, &config, &tags, &digests, w);
	return 0;
}
