/* SPDX-License-Identifier: Apache-2.0 */
#include "image/import.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/changes.h"
#include "image/layer.h"
#include "image/reference.h"
#include "image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define CHUNK (256 * 1024)

#define LAYER_TYPE "application/vnd.oci.image.layer.v1.tar"

/* The archive on its way into the blob, its sum, and the unpacker. */
struct copy {
	int from;
	int blob;
	int unpacker;
	struct sha256 sum;
	unsigned char head[2];
	uint64_t size;
};

static int copy_chunk(struct copy *c, const unsigned char *data, size_t len)
{
	int r = fd_write_full(c->blob, data, len);

	if (r < 0)
		return fail_code(r, "store the archive");
	sha256_add(&c->sum, data, len);
	c->size += len;
	/* a socket, not a pipe: an unpacker that gave up must not be the death of this process (SIGPIPE) */
	while (len) {
		ssize_t n = send(c->unpacker, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EPIPE || errno == ECONNRESET ? -EPIPE : fail_errno("feed the unpacker");
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* -EPIPE without words when the unpacker gave up: it says why. */
static int copy_archive(struct copy *c)
{
	autofree unsigned char *data = xmalloc(CHUNK);

	sha256_begin(&c->sum);
	for (;;) {
		ssize_t n = read(c->from, data, CHUNK);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno("read the archive");
		if (n == 0)
			return c->size ? 0 : fail(-EBADMSG, "the archive is empty");
		for (size_t i = 0; c->size + i < sizeof c->head && i < (size_t)n; i++)
			c->head[c->size + i] = data[i];
		r = copy_chunk(c, data, (size_t)n);
		if (r < 0)
			return r;
	}
}

static int unpack_archive(struct copy *c, int directory, struct unpack_result *ret)
{
	autofd int ours = -1, theirs = -1;
	autocall(unpack_abort) struct unpack u = UNPACK_NONE;
	struct unpack_options options = { .directory = directory };
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno("start the unpacker: socketpair");
	ours = pair[0];
	theirs = pair[1];
	options.stream = theirs;
	r = unpack_start(&options, &u);
	if (r < 0)
		return r;
	close(take_fd(&theirs));
	c->unpacker = ours;
	r = copy_archive(c);
	if (r < 0 && r != -EPIPE)
		return r;
	(void)shutdown(ours, SHUT_WR);
	return unpack_finish(&u, ret);
}

/* Gives the nameless file its name in the blob store. One that is there already has the same content. */
static int name_blob(const struct store *s, int blob, const char *digest)
{
	char path[FD_PATH_MAX], name[96];

	snprintf(name, sizeof name, "blobs/sha256/%s", digest_hex(digest));
	if (linkat(AT_FDCWD, fd_path(blob, path), s->fd, name, AT_SYMLINK_FOLLOW) < 0 && errno != EEXIST)
		return fail_errno("store the archive as %s", name);
	return 0;
}

static void write_manifest(struct buf *out, const struct copy *c, const char *layer, const char *config, size_t config_size,
			   bool plain)
{
	const char *type = plain ? LAYER_TYPE : c->head[0] == 0x1f ? LAYER_TYPE "+gzip" : LAYER_TYPE "+zstd";
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_i64(&w, "schemaVersion", 2);
	json_put_str(&w, "mediaType", "application/vnd.oci.image.manifest.v1+json");
	json_begin_object(&w, "config");
	json_put_str(&w, "mediaType", "application/vnd.oci.image.config.v1+json");
	json_put_str(&w, "digest", config);
	json_put_u64(&w, "size", config_size);
	json_end_object(&w);
	json_begin_array(&w, "layers");
	json_begin_object(&w, NULL);
	json_put_str(&w, "mediaType", type);
	json_put_str(&w, "digest", layer);
	json_put_u64(&w, "size", c->size);
	json_end_object(&w);
	json_end_array(&w);
	json_end_object(&w);
}

/* The config as it will be, but for the layer. */
static int begin_config(const struct import_options *o, struct imageconfig *c)
{
	struct platform host;
	const struct platform *p = o->made_for ? o->made_for : &host;
	char now[CLOCK_TEXT_MAX];

	platform_host(&host);
	clock_format(clock_now(), now);
	c->stop_timeout = -1;
	c->created = xstrdup(now);
	c->os = xstrdup(p->os);
	c->architecture = xstrdup(p->architecture);
	c->variant = xstrdup(p->variant);
	c->history = xnew(struct imageconfig_history);
	c->history_count = 1;
	c->history->created = xstrdup(now);
	c->history->comment = xstrdup(o->message ? o->message : "Imported from -");
	for (size_t i = 0; o->changes && i < o->changes->count; i++) {
		int r = changes_apply(c, o->changes->items[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int put_image(const struct store *s, const char *reference, struct imageconfig *config, const struct copy *c,
		     const char *layer, const struct unpack_result *u, char ret_id[DIGEST_MAX])
{
	autobuf text = BUF_INIT, manifest = BUF_INIT;
	char id[DIGEST_MAX], manifest_digest[DIGEST_MAX];
	autofree char *nameless = NULL;
	struct catalog_entry entry;
	int r;

	strv_add(&config->diff_ids, u->diff_id);
	imageconfig_write(config, &text);
	r = blobstore_put(s, text.data, text.len, id);
	if (r < 0)
		return r;
	write_manifest(&manifest, c, layer, id, text.len, strcmp(layer, u->diff_id) == 0);
	r = blobstore_put(s, manifest.data, manifest.len, manifest_digest);
	if (r < 0)
		return r;
	/*
	 * The layer and all blobs at once, before a name stands for them. A pull need not wait for the disk, because what a
	 * power cut takes from it is fetched again; an import is not.
	 */
	if (syncfs(s->fd) < 0)
		return fail_errno("sync %s", s->root);
	layer_settle(s, u->diff_id);
	nameless = xasprintf("@%s", id);
	entry = (struct catalog_entry){
		.reference = reference ? (char *)reference : nameless,
		.id = id,
		.manifest_digest = manifest_digest,
		.size = (int64_t)u->size,
	};
	r = catalog_put(s, &entry);
	if (r == 0)
		memcpy(ret_id, id, DIGEST_MAX);
	return r;
}

static int check_reference(const char *text, char **ret)
{
	autoreference name = { 0 };
	int r;

	if (!text)
		return 0;
	r = reference_parse(text, &name);
	if (r < 0)
		return r;
	if (name.digest)
		return fail(-EINVAL, "an image that is imported cannot be named by a digest");
	*ret = reference_canonical(&name);
	return 0;
}

int image_import(const struct store *s, const struct import_options *options, char ret_id[DIGEST_MAX])
{
	autocall(imageconfig_release) struct imageconfig config = { 0 };
	autofree char *reference = NULL;
	struct layer_draft draft = LAYER_DRAFT_NONE;
	struct copy copy = { .from = options->archive };
	struct unpack_result unpacked;
	autofd int blob = -1;
	char digest[DIGEST_MAX], hex[SHA256_HEX_MAX];
	int r = check_reference(options->reference, &reference);

	if (r == 0)
		r = begin_config(options, &config);
	if (r < 0)
		return r;
	/* without a name, so that nothing is left of it when this process is killed */
	blob = openat(s->fd, "blobs/sha256", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (blob < 0)
		return fail_errno("create a file in %s/blobs", s->root);
	copy.blob = blob;
	layer_clean(s);
	r = layer_begin(s, &draft);
	if (r < 0)
		return r;
	r = unpack_archive(&copy, draft.diff, &unpacked);
	if (r == 0) {
		snprintf(digest, sizeof digest, "sha256:%s", sha256_hex(&copy.sum, hex));
		r = strcmp(digest, unpacked.digest) == 0 ? 0 : fail(-EBADMSG, "the unpacker has read something else");
	}
	if (r == 0)
		r = name_blob(s, blob, digest);
	if (r == 0)
		r = layer_commit(s, &draft, unpacked.diff_id, (int64_t)unpacked.size);
	if (r == 0)
		r = put_image(s, reference, &config, &copy, digest, &unpacked, ret_id);
	layer_drop(s, &draft);
	return r;
}
