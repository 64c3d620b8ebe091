/* SPDX-License-Identifier: Apache-2.0 */
#include "image/commit.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/layer.h"
#include "image/make.h"
#include "image/manifest.h"
#include "image/pack.h"

#include <errno.h>
#include <string.h>

void commit_layer_release(struct commit_layer *l)
{
	cleanup_fd(&l->blob);
	*l = COMMIT_LAYER_NONE;
}

int commit_pack(const struct store *s, int upper, const struct strv *opaque, const struct strv *hidden, struct commit_layer *ret,
		char **ret_changed)
{
	struct pack_options o = {
		.how = PACK_LAYER, .directory = upper, .source = ".", .name = "", .opaque = opaque, .hidden = hidden
	};
	autocall(unpack_result_release) struct unpack_result packed = { 0 };
	autocall(unpack_abort) struct unpack packer = UNPACK_NONE;
	autofd int blob = make_blob(s);
	int r = blob < 0 ? blob : 0;

	o.stream = blob;
	if (r == 0)
		r = pack_start(&o, &packer);
	if (r == 0)
		r = unpack_finish(&packer, &packed);
	if (r == 0 && (!*packed.digest || !*packed.diff_id))
		r = fail(-EBADMSG, "the packer gave no digest");
	if (r < 0)
		return r;
	memcpy(ret->digest, packed.digest, DIGEST_MAX);
	memcpy(ret->diff_id, packed.diff_id, DIGEST_MAX);
	ret->size = (int64_t)packed.compressed;
	ret->empty = packed.entries == 0;
	ret->blob = take_fd(&blob);
	*ret_changed = take(&packed.changed);
	return 0;
}

void commit_base_release(struct commit_base *b)
{
	imageconfig_release(&b->config);
	if (b->manifest)
		manifest_release(b->manifest);
	free(b->manifest);
	*b = (struct commit_base){ 0 };
}

static int read_manifest(const struct store *s, const char *digest, struct commit_base *b)
{
	autobuf text = BUF_INIT;
	int r = blobstore_read(s, digest, MANIFEST_SIZE_MAX, &text);

	if (r < 0)
		return r == -ENOENT ? fail(r, "the image's manifest %s is gone", digest) : r;
	b->manifest = xnew(struct manifest);
	r = manifest_parse(text.data, text.len, NULL, b->manifest);
	if (r == 0 && (b->manifest->kind != MANIFEST_IMAGE || b->manifest->count != b->config.diff_ids.count))
		r = fail(-EBADMSG, "the image's manifest and its config do not list the same layers");
	return r;
}

/* Any of its names will do: what they stand for is the same image. */
static int find_manifest(const struct store *s, const char *id, struct commit_base *b)
{
	autocatalog all = { 0 };
	int r = catalog_list(s, &all);

	if (r < 0)
		return r;
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].id, id) == 0 && all.items[i].manifest_digest)
			return read_manifest(s, all.items[i].manifest_digest, b);
	return fail(-ENOENT, "the image %.19s, which the container was made from, is gone", id);
}

int commit_base_find(const struct store *s, const char *id, struct commit_base *ret)
{
	autocall(commit_base_release) struct commit_base b = { 0 };
	autobuf text = BUF_INIT;
	int r = blobstore_read(s, id, IMAGECONFIG_SIZE_MAX, &text);

	if (r == -ENOENT)
		return fail(r, "the image %.19s, which the container was made from, is gone", id);
	if (r == 0)
		r = imageconfig_parse(text.data, text.len, &b.config);
	if (r == 0)
		r = find_manifest(s, id, &b);
	if (r < 0)
		return r;
	*ret = b;
	b = (struct commit_base){ 0 };
	return 0;
}

/* Docker's types for the same bytes, where the layers below came with a manifest of its kind. */
static char *oci_type(const char *type)
{
	return xasprintf("application/vnd.oci.image.layer.v1.tar%s", strstr(type, "gzip")   ? "+gzip"
								     : strstr(type, "zstd") ? "+zstd"
											    : "");
}

/* The layer is unpacked as any other is: what it holds is what others will get of it. */
static int add_layer(const struct store *s, const struct commit_layer *layer, struct imageconfig *config)
{
	struct unpack_result unpacked;
	char chain[DIGEST_MAX], parent[DIGEST_MAX];
	int r;

	for (size_t i = 0; i < config->diff_ids.count; i++)
		digest_chain(i ? parent : NULL, config->diff_ids.items[i], parent);
	r = make_layer(s, layer->blob, config->diff_ids.count ? parent : NULL, layer->diff_id, chain, &unpacked);
	if (r == 0 && *unpacked.digest && strcmp(unpacked.digest, layer->digest) != 0)
		r = fail(-EBADMSG, "the layer hashes to %s, not to %s", unpacked.digest, layer->digest);
	if (r == 0)
		r = make_blob_named(s, layer->blob, layer->digest);
	if (r == 0)
		strv_add(&config->diff_ids, layer->diff_id);
	return r;
}

int commit_image(const struct store *s, const struct commit_layer *layer, struct commit_base *base, const char *reference,
		 char ret_id[DIGEST_MAX])
{
	struct manifest *m = base->manifest;
	autofree struct descriptor *layers = xcalloc(m->count + 1, sizeof *layers);
	struct make_image image = { .config = &base->config, .layers = layers, .layer_count = m->count };
	autofree char *canonical = NULL;
	autofd int held = blobstore_hold(s, true);
	autostrv types = { 0 };
	int r = held < 0 ? held : make_reference(reference, &canonical);

	for (size_t i = 0; i < m->count; i++) {
		strv_add_owned(&types, oci_type(m->items[i].media_type ? m->items[i].media_type : ""));
		layers[i] = m->items[i];
		layers[i].media_type = types.items[i];
	}
	if (r == 0 && !layer->empty) {
		r = add_layer(s, layer, &base->config);
		memcpy(layers[m->count].digest, layer->digest, DIGEST_MAX);
		layers[m->count].size = layer->size;
		layers[m->count].media_type = (char *)"application/vnd.oci.image.layer.v1.tar+gzip";
		image.layer_count++;
	}
	image.reference = canonical;
	return r < 0 ? r : make_image(s, &image, ret_id);
}
