/* SPDX-License-Identifier: Apache-2.0 */
#include "image/save.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/image.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/manifest.h"
#include "image/pack.h"
#include "image/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One image to be saved, and the names it is saved under. */
struct saved {
	char *id, *manifest_digest; /* "sha256:…" */
	struct strv names;          /* canonical */
	char *media_type;           /* of the manifest */
	int64_t manifest_size;
	struct strv layers; /* digests of blobs */
};

struct save {
	const struct store *store;
	const struct platform *platform; /* NULL: any */
	int root;                        /* of the layout */
	struct saved *images;
	size_t count;
};

static void save_release(struct save *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->images[i].id);
		free(v->images[i].manifest_digest);
		free(v->images[i].media_type);
		strv_release(&v->images[i].names);
		strv_release(&v->images[i].layers);
	}
	free(v->images);
}

/* ---- which ------------------------------------------------------------------------------------------------------- */

static struct saved *image_of(struct save *v, const struct catalog_entry *e)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->images[i].id, e->id) == 0)
			return &v->images[i];
	v->images = xrealloc(v->images, (v->count + 1) * sizeof *v->images);
	v->images[v->count] = (struct saved){ .id = xstrdup(e->id), .manifest_digest = xstrdup(e->manifest_digest) };
	return &v->images[v->count++];
}

static int check_platform(const struct save *v, const struct catalog_entry *e)
{
	autocall(image_release) struct image image = { 0 };
	int r = v->platform ? image_load(v->store, e, &image) : 0;

	if (r == 0 && v->platform)
		r = platform_check(v->platform, image.config.os, image.config.architecture, image.config.variant);
	return r;
}

static int add_entry(struct save *v, const struct catalog_entry *e, bool named)
{
	struct saved *image;
	int r;

	if (!e->manifest_digest)
		return fail(-ENOENT, "its manifest is not here");
	r = check_platform(v, e);
	if (r < 0)
		return r;
	image = image_of(v, e);
	/* a name by digest alone is no name that an archive can give */
	if (named && *e->reference != '@' && !strchr(e->reference, '@') && !strv_contains(&image->names, e->reference))
		strv_add(&image->names, e->reference);
	return 0;
}

/* All tags of a repository. Returns how many. */
static int add_repository(struct save *v, const struct catalog *all, const char *repository)
{
	size_t len = strlen(repository);
	int found = 0, r = 0;

	for (size_t i = 0; r == 0 && i < all->count; i++) {
		const char *name = all->items[i].reference;

		if (strncmp(name, repository, len) != 0 || name[len] != ':')
			continue;
		found++;
		r = add_entry(v, &all->items[i], true);
	}
	return r < 0 ? r : found;
}

static int choose_one(struct save *v, const struct catalog *all, const char *name)
{
	autoreference ref = { 0 };
	autoentry e = { 0 };
	bool is_name = reference_parse(name, &ref) == 0;
	int r;

	if (is_name && !ref.tag && !ref.digest) {
		autofree char *repository = reference_name(&ref);

		r = add_repository(v, all, repository);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	error_clear();
	r = image_find_entry(v->store, name, &e);
	if (r < 0)
		return r == -ENOENT ? fail(r, "no such image") : r;
	return add_entry(v, &e, is_name && ref.tag);
}

/* ---- the layout -------------------------------------------------------------------------------------------------- */

static int link_blob(struct save *v, const char *digest)
{
	char name[96];

	snprintf(name, sizeof name, "blobs/sha256/%s", digest_hex(digest));
	if (linkat(v->store->fd, name, v->root, name, 0) < 0 && errno != EEXIST)
		return errno == ENOENT ? fail(-ENOENT, "blob %s is gone: pull the image again", digest)
				       : fail_errno("link blob %s", digest);
	return 0;
}

static int link_image(struct save *v, struct saved *image)
{
	autocall(manifest_release) struct manifest m = { 0 };
	autobuf text = BUF_INIT;
	int r = blobstore_read(v->store, image->manifest_digest, MANIFEST_SIZE_MAX, &text);

	if (r == 0)
		r = manifest_parse(text.data, text.len, NULL, &m);
	if (r < 0)
		return r == -ENOENT ? fail(r, "its manifest is gone: pull the image again") : r;
	image->media_type = xstrdup(m.media_type ? m.media_type : LAYOUT_MANIFEST);
	image->manifest_size = (int64_t)text.len;
	r = link_blob(v, image->manifest_digest);
	if (r == 0)
		r = link_blob(v, image->id);
	for (size_t i = 0; r == 0 && i < m.count; i++) {
		r = link_blob(v, m.items[i].digest);
		strv_add(&image->layers, m.items[i].digest);
	}
	return r;
}

static void put_index_entry(struct json_writer *w, const struct saved *image, const char *name)
{
	json_begin_object(w, NULL);
	json_put_str(w, "mediaType", image->media_type);
	json_put_str(w, "digest", image->manifest_digest);
	json_put_i64(w, "size", image->manifest_size);
	if (name) {
		json_begin_object(w, "annotations");
		json_put_str(w, LAYOUT_NAME, name);
		json_put_str(w, LAYOUT_REF_NAME, strrchr(name, ':') + 1);
		json_end_object(w);
	}
	json_end_object(w);
}

static void write_index(const struct save *v, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_i64(&w, "schemaVersion", 2);
	json_put_str(&w, "mediaType", "application/vnd.oci.image.index.v1+json");
	json_begin_array(&w, "manifests");
	for (size_t i = 0; i < v->count; i++) {
		const struct saved *image = &v->images[i];

		for (size_t k = 0; k < image->names.count; k++)
			put_index_entry(&w, image, image->names.items[k]);
		if (!image->names.count)
			put_index_entry(&w, image, NULL);
	}
	json_end_array(&w);
	json_end_object(&w);
}

static void put_blob_path(struct json_writer *w, const char *key, const char *digest)
{
	char path[96];

	snprintf(path, sizeof path, "blobs/sha256/%s", digest_hex(digest));
	json_put_str(w, key, path);
}

/* Docker's own list, in its own words. */
static void write_docker_manifest(const struct save *v, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_array(&w, NULL);
	for (size_t i = 0; i < v->count; i++) {
		const struct saved *image = &v->images[i];

		json_begin_object(&w, NULL);
		put_blob_path(&w, "Config", image->id);
		json_begin_array(&w, "RepoTags");
		for (size_t k = 0; k < image->names.count; k++) {
			autoreference ref = { 0 };
			autofree char *name = NULL;

			if (reference_parse(image->names.items[k], &ref) < 0)
				continue;
			name = reference_familiar(&ref);
			json_put_str(&w, NULL, name);
		}
		json_end_array(&w);
		json_begin_array(&w, "Layers");
		for (size_t k = 0; k < image->layers.count; k++)
			put_blob_path(&w, NULL, image->layers.items[k]);
		json_end_array(&w);
		json_end_object(&w);
	}
	json_end_array(&w);
}

static int make_layout(struct save *v)
{
	static const char version[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	autobuf index = BUF_INIT, manifest = BUF_INIT;
	int r = 0;

	if (mkdirat(v->root, "blobs", 0755) < 0 || mkdirat(v->root, "blobs/sha256", 0755) < 0)
		return fail_errno("create the layout");
	for (size_t i = 0; r == 0 && i < v->count; i++)
		r = link_image(v, &v->images[i]);
	write_index(v, &index);
	write_docker_manifest(v, &manifest);
	if (r == 0)
		r = file_write(v->root, LAYOUT_INDEX, index.data, index.len, 0644, FILE_VOLATILE);
	if (r == 0)
		r = file_write(v->root, LAYOUT_DOCKER, manifest.data, manifest.len, 0644, FILE_VOLATILE);
	return r < 0 ? r : file_write(v->root, LAYOUT_VERSION, version, sizeof version - 1, 0644, FILE_VOLATILE);
}

static int pack_layout(int root, int fd)
{
	struct pack_options o = { .how = PACK_FILES, .stream = fd, .directory = root, .source = ".", .name = "" };
	autocall(unpack_abort) struct unpack packer = UNPACK_NONE;
	autocall(unpack_result_release) struct unpack_result packed = { 0 };
	int r = pack_start(&o, &packer);

	return r < 0 ? r : unpack_finish(&packer, &packed);
}

int image_save(const struct store *s, char *const *names, size_t count, const struct platform *platform, int fd)
{
	autocall(save_release) struct save v = { .store = s, .platform = platform };
	struct layer_draft draft = LAYER_DRAFT_NONE;
	autocatalog all = { 0 };
	int r = catalog_list(s, &all);

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = choose_one(&v, &all, names[i]);
		if (r < 0)
			return fail_while(r, "%s", names[i]);
	}
	if (r < 0)
		return r;
	layer_clean(s);
	r = layer_begin(s, &draft);
	v.root = draft.diff;
	if (r == 0)
		r = make_layout(&v);
	if (r == 0)
		r = pack_layout(v.root, fd);
	layer_drop(s, &draft);
	return r;
}
