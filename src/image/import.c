/* SPDX-License-Identifier: Apache-2.0 */
#include "image/import.h"
#include "image/blobstore.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "image/changes.h"
#include "image/commit.h"
#include "image/layer.h"
#include "image/make.h"
#include "image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define CHUNK (256 * 1024)

/* The archive on its way into the blob, its sum, and the unpacker. */
struct copy {
	int from;
	int blob;
	int unpacker;
	struct sha256 sum;
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

/* An image's layer is plain, gzip or zstd; archives come in older formats, too. */
static bool is_no_layer(int blob)
{
	char head[6];

	if (pread(blob, head, sizeof head, 0) != sizeof head)
		return false;
	return memcmp(head, "BZh", 3) == 0 || memcmp(head,
						     "\xfd"
						     "7zXZ",
						     sizeof head) == 0;
}

/* Nobody else could read such a layer: what was unpacked is packed as any new layer is. */
static int pack_again(const struct store *s, int directory, int *blob, struct descriptor *layer, struct unpack_result *unpacked)
{
	autocall(commit_layer_release) struct commit_layer packed = COMMIT_LAYER_NONE;
	autofree char *changed = NULL;
	int r = commit_pack(s, directory, NULL, NULL, &packed, &changed);

	if (r < 0)
		return r;
	memcpy(layer->digest, packed.digest, DIGEST_MAX);
	memcpy(unpacked->diff_id, packed.diff_id, DIGEST_MAX);
	layer->size = packed.size;
	close(*blob);
	*blob = take_fd(&packed.blob);
	return 0;
}

int image_import(const struct store *s, const struct import_options *options, char ret_id[DIGEST_MAX])
{
	autocall(imageconfig_release) struct imageconfig config = { 0 };
	autofree char *reference = NULL;
	struct layer_draft draft = LAYER_DRAFT_NONE;
	struct copy copy = { .from = options->archive };
	struct unpack_result unpacked;
	struct descriptor layer = { 0 };
	struct make_image image = { .config = &config, .layers = &layer, .layer_count = 1 };
	autofd int blob = -1, held = -1;
	char hex[SHA256_HEX_MAX];
	const char *type;
	int r = make_reference(options->reference, &reference);

	if (r == 0)
		r = begin_config(options, &config);
	if (r == 0)
		r = held = blobstore_hold(s, true);
	if (r >= 0)
		r = blob = make_blob(s);
	if (r < 0)
		return r;
	copy.blob = blob;
	layer_clean(s);
	r = layer_begin(s, &draft);
	if (r < 0)
		return r;
	r = unpack_archive(&copy, draft.diff, &unpacked);
	if (r == 0) {
		snprintf(layer.digest, sizeof layer.digest, "sha256:%s", sha256_hex(&copy.sum, hex));
		r = strcmp(layer.digest, unpacked.digest) == 0 ? 0 : fail(-EBADMSG, "the unpacker has read something else");
	}
	layer.size = (int64_t)copy.size;
	if (r == 0 && is_no_layer(blob))
		r = pack_again(s, draft.diff, &blob, &layer, &unpacked);
	if (r == 0)
		r = make_layer_type(blob, &type);
	if (r == 0)
		r = make_blob_named(s, blob, layer.digest);
	if (r == 0)
		r = layer_commit(s, &draft, unpacked.diff_id, (int64_t)unpacked.size);
	if (r == 0) {
		strv_add(&config.diff_ids, unpacked.diff_id);
		layer.media_type = (char *)type;
		image.reference = reference;
		r = make_image(s, &image, ret_id);
	}
	layer_drop(s, &draft);
	return r;
}
