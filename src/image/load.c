/* SPDX-License-Identifier: Apache-2.0 */
#include "image/load.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "image/blobstore.h"
#include "image/layer.h"
#include "image/layout.h"
#include "image/make.h"
#include "image/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMAGES_MAX 256
#define NAMES_MAX  256
#define NESTED_MAX 4 /* indexes in indexes */

struct load {
	const struct store *store;
	int root; /* of what the archive held */
	const struct load_events *events;
};

/* An image as the archive describes it. */
struct parts {
	struct imageconfig config;
	struct buf text;     /* the config as it came */
	struct buf manifest; /* the manifest as it came, or empty */
	struct strv paths;   /* of the layers, lowest first */
	struct descriptor *layers;
	size_t layer_count;
	struct strv names; /* as the archive has them */
};

static void parts_release(struct parts *p)
{
	imageconfig_release(&p->config);
	buf_release(&p->text);
	buf_release(&p->manifest);
	strv_release(&p->paths);
	strv_release(&p->names);
	free(p->layers);
}

/* ---- files of the archive ---------------------------------------------------------------------------------------- */

/* Old archives of Docker's have symlinks for layers that they hold once. */
static int open_file(const struct load *l, const char *path)
{
	autofd int fd = beneath_open(l->root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	if (fd == -ENOENT)
		return fail(-EBADMSG, "the archive names %s and does not have it", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_code(fd < 0 ? fd : -errno, "open %s", path);
	if (!S_ISREG(st.st_mode))
		return fail(-EBADMSG, "%s of the archive is no regular file", path);
	return take_fd(&fd);
}

static int read_file(const struct load *l, const char *path, size_t max, struct buf *ret)
{
	autofd int fd = open_file(l, path);

	return fd < 0 ? fd : file_read_fd(fd, path, max, ret);
}

/* The blob at its place in a layout, which must be what its digest says. */
static int read_blob(const struct load *l, const char *digest, size_t max, struct buf *ret)
{
	char path[96], found[DIGEST_MAX];
	int r;

	snprintf(path, sizeof path, "blobs/sha256/%s", digest_hex(digest));
	r = read_file(l, path, max, ret);
	if (r == 0 && strcmp(digest_of(ret->data, ret->len, found), digest) != 0)
		r = fail(-EBADMSG, "%s of the archive hashes to %s", path, found);
	return r;
}

static int hash_file(int fd, char digest[DIGEST_MAX], int64_t *ret_size)
{
	autofree char *data = xmalloc(1 << 18);
	struct sha256 hash;
	char hex[SHA256_HEX_MAX];
	off_t at = 0;
	ssize_t n;

	sha256_begin(&hash);
	while ((n = pread(fd, data, 1 << 18, at)) > 0) {
		sha256_add(&hash, data, (size_t)n);
		at += n;
	}
	if (n < 0)
		return fail_errno("read a layer of the archive");
	snprintf(digest, DIGEST_MAX, "sha256:%s", sha256_hex(&hash, hex));
	*ret_size = at;
	return 0;
}

/* ---- layers ------------------------------------------------------------------------------------------------------ */

/* A layer that is here already does not make its blob here the same: that is unpacked once more, to be seen and dropped. */
static int check_layer(const struct store *s, int blob, const char *diff_id)
{
	struct layer_draft draft = LAYER_DRAFT_NONE;
	autocall(unpack_abort) struct unpack u = UNPACK_NONE;
	struct unpack_result result;
	int r = layer_begin(s, &draft);

	if (r == 0 && lseek(blob, 0, SEEK_SET) < 0)
		r = fail_errno("read a layer of the archive");
	if (r == 0)
		r = unpack_start(&(struct unpack_options){ .stream = blob, .directory = draft.diff }, &u);
	if (r == 0)
		r = unpack_finish(&u, &result);
	if (r == 0 && strcmp(result.diff_id, diff_id) != 0)
		r = fail(-EBADMSG, "it unpacks to %s, and the config says %s", result.diff_id, diff_id);
	layer_drop(s, &draft);
	return r;
}

static int load_layer(const struct load *l, struct parts *p, size_t i, const char *parent, char chain[DIGEST_MAX])
{
	const char *diff_id = p->config.diff_ids.items[i];
	struct descriptor *d = &p->layers[i];
	autofd int blob = open_file(l, p->paths.items[i]);
	struct unpack_result result = { 0 };
	char found[DIGEST_MAX];
	const char *type = NULL;
	bool known;
	int r = blob < 0 ? blob : hash_file(blob, found, &d->size);

	if (r == 0 && *d->digest && strcmp(d->digest, found) != 0)
		r = fail(-EBADMSG, "it hashes to %s, and the manifest says %s", found, d->digest);
	if (r == 0)
		r = make_layer_type(blob, &type);
	if (r < 0)
		return r;
	memcpy(d->digest, found, DIGEST_MAX);
	d->media_type = (char *)type;
	digest_chain(parent, diff_id, chain);
	known = layer_ready(l->store, chain);
	if (!known && l->events->layer)
		l->events->layer(l->events->data, diff_id, d->size);
	if (known && strcmp(found, diff_id) != 0)
		r = check_layer(l->store, blob, diff_id);
	else if (!known)
		r = make_layer(l->store, blob, parent, diff_id, chain, &result);
	/* the draft's file is from now on the store's: nobody else's, and read-only for others */
	if (r == 0 && (fchown(blob, 0, 0) < 0 || fchmod(blob, 0600) < 0) && geteuid() == 0)
		r = fail_errno("store a layer");
	return r < 0 ? r : make_blob_named(l->store, blob, found);
}

static int load_layers(const struct load *l, struct parts *p)
{
	char chain[DIGEST_MAX], parent[DIGEST_MAX];
	int r = 0;

	if (p->paths.count != p->config.diff_ids.count)
		return fail(-EBADMSG, "the archive has %zu layers of an image whose config lists %zu", p->paths.count,
			    p->config.diff_ids.count);
	if (!p->layers)
		p->layers = xcalloc(p->paths.count + 1, sizeof *p->layers);
	p->layer_count = p->paths.count;
	for (size_t i = 0; r == 0 && i < p->layer_count; i++) {
		r = load_layer(l, p, i, i ? parent : NULL, chain);
		if (r < 0)
			return fail_while(r, "layer %zu (%s)", i + 1, p->paths.items[i]);
		memcpy(parent, chain, DIGEST_MAX);
	}
	return r;
}

static int load_image(const struct load *l, struct parts *p)
{
	struct make_image image = { .config = &p->config, .config_text = &p->text };
	char id[DIGEST_MAX];
	int r = load_layers(l, p);

	if (r < 0)
		return r;
	image.manifest_text = p->manifest.len ? &p->manifest : NULL;
	image.layers = p->layers;
	image.layer_count = p->layer_count;
	if (!p->names.count) {
		r = make_image(l->store, &image, id);
		if (r == 0)
			l->events->loaded(l->events->data, NULL, id);
	}
	for (size_t i = 0; r == 0 && i < p->names.count; i++) {
		autofree char *name = NULL;

		r = make_reference(p->names.items[i], &name);
		image.reference = name;
		if (r == 0)
			r = make_image(l->store, &image, id);
		if (r == 0)
			l->events->loaded(l->events->data, name, id);
	}
	return r;
}

static int parse_config(const struct load *l, struct parts *p)
{
	int r = imageconfig_parse(p->text.data, p->text.len, &p->config);

	return r < 0 || !l->events->platform
		       ? r
		       : platform_check(l->events->platform, p->config.os, p->config.architecture, p->config.variant);
}

/* ---- Docker's archive -------------------------------------------------------------------------------------------- */

static int load_docker_image(const struct load *l, struct json_object *o)
{
	autocall(parts_release) struct parts p = { .text = BUF_INIT, .manifest = BUF_INIT };
	const char *config = NULL;
	int r = json_get_str(o, LAYOUT_DOCKER, "Config", &config);

	if (r == 0)
		r = fail(-EBADMSG, LAYOUT_DOCKER " names no Config");
	if (r > 0)
		r = json_get_strv(o, LAYOUT_DOCKER, "RepoTags", &p.names);
	if (r >= 0)
		r = json_get_strv(o, LAYOUT_DOCKER, "Layers", &p.paths);
	if (r >= 0 && (p.names.count > NAMES_MAX || p.paths.count > MANIFEST_LAYERS_MAX))
		r = fail(-E2BIG, LAYOUT_DOCKER " has an image with too many names or layers");
	if (r >= 0)
		r = read_file(l, config, IMAGECONFIG_SIZE_MAX, &p.text);
	if (r >= 0)
		r = parse_config(l, &p);
	return r < 0 ? r : load_image(l, &p);
}

static int load_docker(const struct load *l)
{
	autojson struct json_object *list = NULL;
	autobuf text = BUF_INIT;
	size_t count;
	int r = read_file(l, LAYOUT_DOCKER, MANIFEST_SIZE_MAX, &text);

	if (r == 0)
		r = json_parse(text.data, text.len, LAYOUT_DOCKER, &list);
	if (r < 0)
		return r;
	if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) > IMAGES_MAX)
		return fail(-EBADMSG, LAYOUT_DOCKER " is no list of at most %d images", IMAGES_MAX);
	count = json_object_array_length(list);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = load_docker_image(l, json_object_array_get_idx(list, i));
	return r;
}

/* ---- OCI's layout ------------------------------------------------------------------------------------------------ */

static int read_manifest(const struct load *l, const char *digest, const char *media_type, int depth, struct buf *text,
			 struct manifest *ret)
{
	autocall(manifest_release) struct manifest m = { 0 };
	const struct descriptor *chosen;
	struct platform host;
	int r = read_blob(l, digest, MANIFEST_SIZE_MAX, text);

	if (r == 0)
		r = manifest_parse(text->data, text->len, media_type, &m);
	if (r < 0)
		return r;
	if (m.kind == MANIFEST_IMAGE) {
		*ret = m;
		m = (struct manifest){ 0 };
		return 0;
	}
	platform_host(&host);
	chosen = manifest_choose(&m, l->events->platform ? l->events->platform : &host);
	if (!chosen)
		return l->events->platform ? platform_missing(l->events->platform)
					   : fail(-ENOENT, "the archive has no image for this machine");
	if (depth == NESTED_MAX)
		return fail(-EBADMSG, "the archive has indexes in indexes in indexes");
	return read_manifest(l, chosen->digest, chosen->media_type, depth + 1, text, ret);
}

/* Its name: containerd's annotation, or OCI's where that is more than a tag. */
static int read_name(struct json_object *descriptor, struct strv *names)
{
	struct json_object *annotations = NULL;
	const char *name = NULL;
	int r = json_get_object(descriptor, LAYOUT_INDEX, "annotations", &annotations);

	if (r == 1)
		r = json_get_str(annotations, LAYOUT_INDEX, LAYOUT_NAME, &name);
	if (r == 0 && annotations)
		r = json_get_str(annotations, LAYOUT_INDEX, LAYOUT_REF_NAME, &name);
	if (r == 1 && strpbrk(name, ":/"))
		strv_add(names, name);
	return r < 0 ? r : 0;
}

static int load_oci_image(const struct load *l, struct json_object *descriptor)
{
	autocall(parts_release) struct parts p = { .text = BUF_INIT, .manifest = BUF_INIT };
	autocall(manifest_release) struct manifest m = { 0 };
	const char *digest = "", *media_type = NULL;
	int r = json_get_str(descriptor, LAYOUT_INDEX, "digest", &digest);

	if (r >= 0)
		r = digest_check(digest, LAYOUT_INDEX);
	if (r >= 0)
		r = json_get_str(descriptor, LAYOUT_INDEX, "mediaType", &media_type);
	if (r >= 0)
		r = read_name(descriptor, &p.names);
	if (r >= 0)
		r = read_manifest(l, digest, media_type, 0, &p.manifest, &m);
	if (r >= 0)
		r = read_blob(l, m.config.digest, IMAGECONFIG_SIZE_MAX, &p.text);
	if (r >= 0)
		r = parse_config(l, &p);
	if (r < 0)
		return r;
	p.layers = xcalloc(m.count + 1, sizeof *p.layers);
	for (size_t i = 0; i < m.count; i++) {
		strv_add_format(&p.paths, "blobs/sha256/%s", digest_hex(m.items[i].digest));
		memcpy(p.layers[i].digest, m.items[i].digest, DIGEST_MAX);
	}
	return load_image(l, &p);
}

static int load_oci(const struct load *l)
{
	autojson struct json_object *index = NULL;
	struct json_object *list = NULL;
	autobuf text = BUF_INIT;
	int r = read_file(l, LAYOUT_INDEX, MANIFEST_SIZE_MAX, &text);
	size_t count;

	if (r == 0)
		r = json_parse(text.data, text.len, LAYOUT_INDEX, &index);
	if (r == 0)
		r = json_get_array(index, LAYOUT_INDEX, "manifests", &list);
	if (r < 0)
		return r;
	count = list ? json_object_array_length(list) : 0;
	if (count == 0 || count > IMAGES_MAX)
		return fail(-EBADMSG, LAYOUT_INDEX " lists %zu images: one to %d are fine", count, IMAGES_MAX);
	r = 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = load_oci_image(l, json_object_array_get_idx(list, i));
	return r;
}

/* ---- */

static bool has(const struct load *l, const char *name)
{
	return faccessat(l->root, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int unpack_archive(int fd, int directory)
{
	struct unpack_options o = { .stream = fd, .directory = directory, .copy = true, .owned = true, .plain = true };
	autocall(unpack_abort) struct unpack u = UNPACK_NONE;
	struct unpack_result result;
	int r;

	o.uid = geteuid();
	o.gid = getegid();
	r = unpack_start(&o, &u);
	return r < 0 ? r : unpack_finish(&u, &result);
}

int image_load_archive(const struct store *s, int fd, const struct load_events *events)
{
	struct layer_draft draft = LAYER_DRAFT_NONE;
	struct load l = { .store = s, .events = events };
	autofd int held = blobstore_hold(s, true);
	int r;

	if (held < 0)
		return held;
	layer_clean(s);
	r = layer_begin(s, &draft);
	l.root = draft.diff;
	if (r == 0)
		r = unpack_archive(fd, draft.diff);
	if (r == 0 && has(&l, LAYOUT_DOCKER))
		r = load_docker(&l);
	else if (r == 0 && has(&l, LAYOUT_INDEX))
		r = load_oci(&l);
	else if (r == 0)
		r = fail_hint(fail(-EBADMSG, "it has neither " LAYOUT_DOCKER " nor " LAYOUT_INDEX ": it is no archive of images"),
			      "`hoy import` makes an image of an archive of files");
	layer_drop(s, &draft);
	return r;
}
