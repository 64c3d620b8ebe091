/* SPDX-License-Identifier: Apache-2.0 */
#include "image/image.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/digest.h"
#include "image/layer.h"
#include "image/reference.h"

#include <errno.h>
#include <string.h>

void image_release(struct image *i)
{
	free(i->id);
	free(i->reference);
	free(i->digest);
	free(i->manifest_digest);
	imageconfig_release(&i->config);
	strv_release(&i->layers);
	memset(i, 0, sizeof *i);
}

/* -ENOENT when a layer is missing: the image has to be pulled again. */
static int find_layers(const struct store *s, struct image *i)
{
	char chain[DIGEST_MAX];

	for (size_t k = 0; k < i->config.diff_ids.count; k++) {
		digest_chain(k ? chain : NULL, i->config.diff_ids.items[k], chain);
		if (!layer_ready(s, chain))
			return -ENOENT;
		strv_add_owned(&i->layers, layer_path(s, chain));
	}
	return 0;
}

int image_load(const struct store *s, const struct catalog_entry *e, struct image *ret)
{
	autocall(image_release) struct image i = { 0 };
	autobuf text = BUF_INIT;
	int r = blobstore_read(s, e->id, IMAGECONFIG_SIZE_MAX, &text);

	if (r == 0)
		r = imageconfig_parse(text.data, text.len, &i.config);
	if (r == 0)
		r = find_layers(s, &i);
	if (r < 0)
		return r == -EBADMSG ? -ENOENT : r;
	i.id = xstrdup(digest_hex(e->id));
	i.reference = *e->reference == '@' ? NULL : xstrdup(e->reference);
	i.digest = xstrdup(e->digest);
	i.manifest_digest = xstrdup(e->manifest_digest);
	i.size = e->size;
	*ret = i;
	memset(&i, 0, sizeof i);
	return 0;
}

static bool is_hex(const char *s)
{
	return *s && strlen(s) <= 64 && strspn(s, "0123456789abcdef") == strlen(s);
}

static int find_by_id(const struct store *s, const char *digits, struct catalog_entry *ret)
{
	autocatalog all = { 0 };
	struct catalog_entry *found = NULL;
	int r = catalog_list(s, &all);

	if (r < 0)
		return r;
	for (size_t i = 0; i < all.count; i++) {
		struct catalog_entry *e = &all.items[i];

		if (strncmp(digest_hex(e->id), digits, strlen(digits)) != 0)
			continue;
		if (found && strcmp(found->id, e->id) != 0)
			return fail(-ENOTUNIQ, "several images have an id that begins with %s", digits);
		found = e;
	}
	if (!found)
		return -ENOENT;
	*ret = *found;
	*found = (struct catalog_entry){ 0 };
	return 0;
}

/* "name@sha256:…": the digest may be that of an entry with a tag. */
static int find_by_digest(const struct store *s, const struct reference *ref, struct catalog_entry *ret)
{
	autocatalog all = { 0 };
	autofree char *name = reference_name(ref);
	size_t len = strlen(name);
	int r = catalog_list(s, &all);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		struct catalog_entry *e = &all.items[i];

		if (strncmp(e->reference, name, len) != 0 || !strchr(":@", e->reference[len]))
			continue;
		if ((!e->digest || strcmp(e->digest, ref->digest) != 0) &&
		    (!e->manifest_digest || strcmp(e->manifest_digest, ref->digest) != 0))
			continue;
		*ret = *e;
		*e = (struct catalog_entry){ 0 };
		return 0;
	}
	return r < 0 ? r : -ENOENT;
}

int image_find_entry(const struct store *s, const char *name_or_id, struct catalog_entry *ret)
{
	autoreference ref = { 0 };
	autofree char *canonical = NULL;
	const char *digits = strncmp(name_or_id, "sha256:", 7) == 0 ? name_or_id + 7 : name_or_id;
	int r;

	if (digits != name_or_id || strlen(digits) == 64)
		return is_hex(digits) ? find_by_id(s, digits, ret) : -ENOENT;
	r = reference_parse(name_or_id, &ref);
	if (r < 0)
		return r;
	canonical = reference_canonical(&ref);
	r = catalog_get(s, canonical, ret);
	if (r == -ENOENT && ref.digest)
		r = find_by_digest(s, &ref, ret);
	if (r == -ENOENT && is_hex(name_or_id))
		r = find_by_id(s, name_or_id, ret);
	return r;
}

int image_find(const struct store *s, const char *name_or_id, struct image *ret)
{
	autoentry e = { 0 };
	int r = image_find_entry(s, name_or_id, &e);

	return r < 0 ? r : image_load(s, &e, ret);
}
