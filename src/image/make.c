/* SPDX-License-Identifier: Apache-2.0 */
#include "image/make.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/layer.h"
#include "image/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LAYER_TYPE "application/vnd.oci.image.layer.v1.tar"

int make_blob(const struct store *s)
{
	int fd = openat(s->fd, "blobs/sha256", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd < 0 ? fail_errno("create a file in %s/blobs", s->root) : fd;
}

int make_blob_named(const struct store *s, int blob, const char *digest)
{
	char path[FD_PATH_MAX], name[96];

	snprintf(name, sizeof name, "blobs/sha256/%s", digest_hex(digest));
	if (linkat(AT_FDCWD, fd_path(blob, path), s->fd, name, AT_SYMLINK_FOLLOW) < 0 && errno != EEXIST)
		return fail_errno("store %s", name);
	return 0;
}

int make_layer_type(int blob, const char **ret)
{
	unsigned char head[4];
	ssize_t n = pread(blob, head, sizeof head, 0);

	if (n < 0)
		return fail_errno("read the layer");
	if (n == sizeof head && head[0] == 0x1f && head[1] == 0x8b)
		*ret = LAYER_TYPE "+gzip";
	else if (n == sizeof head && memcmp(head, "\x28\xb5\x2f\xfd", sizeof head) == 0)
		*ret = LAYER_TYPE "+zstd";
	else
		*ret = LAYER_TYPE;
	return 0;
}

static int unpack_whole(int blob, int directory, struct unpack_result *ret)
{
	autocall(unpack_abort) struct unpack u = UNPACK_NONE;
	int r = lseek(blob, 0, SEEK_SET) < 0 ? fail_errno("read the layer") : 0;

	if (r == 0)
		r = unpack_start(&(struct unpack_options){ .stream = blob, .directory = directory }, &u);
	return r < 0 ? r : unpack_finish(&u, ret);
}

int make_layer(const struct store *s, int blob, const char *parent, const char *diff_id, char chain[DIGEST_MAX],
	       struct unpack_result *ret)
{
	struct layer_draft draft = LAYER_DRAFT_NONE;
	char name[DIGEST_MAX];
	int r;

	digest_chain(parent, diff_id, name);
	memcpy(chain, name, DIGEST_MAX);
	if (layer_ready(s, name)) {
		*ret = (struct unpack_result){ .size = (uint64_t)layer_size(s, name) };
		return 0;
	}
	r = layer_begin(s, &draft);
	if (r == 0)
		r = unpack_whole(blob, draft.diff, ret);
	if (r == 0 && strcmp(ret->diff_id, diff_id) != 0)
		r = fail(-EBADMSG, "the layer unpacks to %s, not to %s", ret->diff_id, diff_id);
	if (r == 0)
		r = layer_commit(s, &draft, name, (int64_t)ret->size);
	layer_drop(s, &draft);
	return r;
}

static void put_descriptor(struct json_writer *w, const char *key, const char *type, const char *digest, int64_t size)
{
	json_begin_object(w, key);
	json_put_str(w, "mediaType", type);
	json_put_str(w, "digest", digest);
	json_put_i64(w, "size", size);
	json_end_object(w);
}

static void write_manifest(struct buf *out, const struct make_image *image, const char *config, size_t config_size)
{
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_i64(&w, "schemaVersion", 2);
	json_put_str(&w, "mediaType", "application/vnd.oci.image.manifest.v1+json");
	put_descriptor(&w, "config", "application/vnd.oci.image.config.v1+json", config, (int64_t)config_size);
	json_begin_array(&w, "layers");
	for (size_t i = 0; i < image->layer_count; i++)
		put_descriptor(&w, NULL, image->layers[i].media_type, image->layers[i].digest, image->layers[i].size);
	json_end_array(&w);
	json_end_object(&w);
}

/* What they take up together; all of them are on the disk. */
static int64_t settle_layers(const struct store *s, const struct imageconfig *config)
{
	char chain[DIGEST_MAX];
	int64_t size = 0;

	for (size_t i = 0; i < config->diff_ids.count; i++) {
		digest_chain(i ? chain : NULL, config->diff_ids.items[i], chain);
		layer_settle(s, chain);
		size += layer_size(s, chain);
	}
	return size;
}

int make_image(const struct store *s, const struct make_image *image, char ret_id[DIGEST_MAX])
{
	autobuf text = BUF_INIT, manifest = BUF_INIT;
	char id[DIGEST_MAX], manifest_digest[DIGEST_MAX];
	autofree char *nameless = NULL;
	struct catalog_entry entry;
	int r;

	if (image->config_text)
		buf_add(&text, image->config_text->data, image->config_text->len);
	else
		imageconfig_write(image->config, &text);
	r = blobstore_put(s, text.data, text.len, id);
	if (r < 0)
		return r;
	if (image->manifest_text)
		buf_add(&manifest, image->manifest_text->data, image->manifest_text->len);
	else
		write_manifest(&manifest, image, id, text.len);
	r = blobstore_put(s, manifest.data, manifest.len, manifest_digest);
	if (r < 0)
		return r;
	/*
	 * The layers and all blobs at once, before a name stands for them. A pull need not wait for the disk, because what a
	 * power cut takes from it is fetched again; what was made here is not.
	 */
	if (syncfs(s->fd) < 0)
		return fail_errno("sync %s", s->root);
	nameless = xasprintf("@%s", id);
	entry = (struct catalog_entry){
		.reference = image->reference ? (char *)image->reference : nameless,
		.id = id,
		.manifest_digest = manifest_digest,
		.size = settle_layers(s, image->config),
	};
	r = catalog_put(s, &entry);
	if (r == 0)
		memcpy(ret_id, id, DIGEST_MAX);
	return r;
}

int make_reference(const char *text, char **ret)
{
	autoreference name = { 0 };
	int r;

	if (!text || !*text)
		return 0;
	r = reference_parse(text, &name);
	if (r < 0)
		return r;
	if (name.digest)
		return fail(-EINVAL, "an image that is made here cannot be named by a digest");
	*ret = reference_canonical(&name);
	return 0;
}
