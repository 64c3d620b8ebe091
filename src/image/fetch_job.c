/* SPDX-License-Identifier: Apache-2.0 */
#include "image/fetch_job.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "image/blobstore.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIPE_SIZE     (1 << 20)
#define OTHER_PULL_MS 100 /* how often to look whether another command finished a layer */
#define MS            INT64_C(1000000)

void fetch_job_init(struct fetch_job *j, const struct fetch_layer *layer, size_t number)
{
	*j = (struct fetch_job){ .layer = layer, .file = -1, .pipe = -1, .unpack = UNPACK_NONE, .draft = LAYER_DRAFT_NONE };
	snprintf(j->id, sizeof j->id, "%.12s", digest_hex(layer->blob->digest));
	snprintf(j->what, sizeof j->what, "layer %zu (%s)", number, j->id);
}

void fetch_job_tell(const struct fetch *f, const struct fetch_job *j, enum pull_state state, int64_t done)
{
	if (f->events->layer)
		f->events->layer(f->events->data, j->id, state, (uint64_t)done, (uint64_t)j->layer->blob->size);
}

void fetch_job_stop(struct fetch *f, struct fetch_job *j)
{
	if (j->unpacking)
		f->unpackers--;
	j->unpacking = false;
	cleanup_fd(&j->pipe);
	j->pipe = -1;
	unpack_abort(&j->unpack);
	layer_drop(f->store, &j->draft);
}

static void close_source(struct fetch_job *j)
{
	cleanup_fd(&j->file);
	j->file = -1;
	j->source = SOURCE_NONE;
	j->partial = j->resumed = false;
	j->have = j->fed = 0;
}

static void finish_job(struct fetch *f, struct fetch_job *j, enum pull_state state)
{
	close_source(j);
	j->done = true;
	f->left--;
	fetch_job_tell(f, j, state, j->layer->blob->size);
}

/* Finds where the layer's bytes are to come from. */
static int open_source(struct fetch *f, struct fetch_job *j)
{
	const struct descriptor *blob = j->layer->blob;
	int64_t size = blobstore_size(f->store, blob->digest);

	j->due = clock_monotonic() + OTHER_PULL_MS * MS;
	if (layer_ready(f->store, j->layer->chain)) {
		finish_job(f, j, PULL_PRESENT);
		return 0;
	}
	/* a blob of another size is damaged, and so is not here */
	if (size == blob->size) {
		j->file = blobstore_open(f->store, blob->digest);
		if (j->file < 0)
			return j->file == -ENOENT ? 0 : j->file;
		j->source = SOURCE_WHOLE;
		j->resumed = true;
		j->have = size;
		return 0;
	}
	if (size >= 0)
		(void)blobstore_remove(f->store, blob->digest);
	j->file = blobstore_begin(f->store, blob->digest, &j->have);
	if (j->file == -EAGAIN || j->file == -EEXIST) {
		fetch_job_tell(f, j, PULL_WAITING, 0);
		return 0;
	}
	if (j->file < 0)
		return j->file;
	j->partial = true;
	if (j->have > blob->size) {
		if (ftruncate(j->file, 0) < 0)
			return fail_errno("empty partial/%s", digest_hex(blob->digest));
		j->have = 0;
	}
	j->resumed = j->have > 0;
	j->source = j->have == blob->size ? SOURCE_WHOLE : SOURCE_REQUEST;
	j->due = 0;
	return 0;
}

static int ask(struct fetch *f, struct fetch_job *j)
{
	int r = registry_blob_begin(f->registry, j->layer->blob->digest, j->layer->blob->size, j->file, j->have, &j->request);

	if (r < 0)
		return r;
	j->source = SOURCE_COMING;
	j->asked = j->have;
	f->downloads++;
	fetch_job_tell(f, j, PULL_DOWNLOADING, j->have);
	return 0;
}

static int begin_unpacking(struct fetch *f, struct fetch_job *j)
{
	autofd int in = -1;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return fail_errno("unpack %s: pipe", j->what);
	in = fds[0];
	j->pipe = fds[1];
	(void)fcntl(j->pipe, F_SETPIPE_SZ, PIPE_SIZE);
	/* only our end does not wait */
	(void)fcntl(in, F_SETFL, 0);
	r = layer_begin(f->store, &j->draft);
	if (r == 0)
		r = unpack_start(&(struct unpack_options){ .stream = in, .directory = j->draft.diff }, &j->unpack);
	if (r < 0)
		return r;
	j->unpacking = true;
	j->fed = 0;
	f->unpackers++;
	return 0;
}

int fetch_job_advance(struct fetch *f, struct fetch_job *j)
{
	int r = 0;

	if (j->source == SOURCE_NONE && j->due <= clock_monotonic())
		r = open_source(f, j);
	if (r == 0 && j->source == SOURCE_REQUEST && f->downloads < FETCH_DOWNLOADS && j->due <= clock_monotonic())
		r = ask(f, j);
	if (r == 0 && j->source >= SOURCE_COMING && !j->unpacking && !j->unpack_failed && f->unpackers < f->unpackers_max)
		r = begin_unpacking(f, j);
	return r;
}

/* A broken pipe is no news: the unpacker's result says why. */
int fetch_job_feed(struct fetch *f, struct fetch_job *j)
{
	while (j->pipe >= 0 && j->fed < j->have) {
		off_t from = j->fed;
		ssize_t n = splice(j->file, &from, j->pipe, NULL, (size_t)(j->have - j->fed), SPLICE_F_NONBLOCK | SPLICE_F_MOVE);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno == EPIPE) {
			close(take_fd(&j->pipe));
			return 0;
		}
		if (n < 0)
			return fail_errno("unpack %s: splice", j->what);
		if (n == 0 && j->source == SOURCE_WHOLE)
			return fail(-EIO, "unpack %s: what was fetched has become shorter", j->what);
		/* hoy-transfer began again at 0; its next message says how far it is */
		if (n == 0) {
			j->have = j->fed;
			return 0;
		}
		j->fed += n;
		if (j->source == SOURCE_WHOLE)
			fetch_job_tell(f, j, PULL_EXTRACTING, j->fed);
	}
	if (j->pipe >= 0 && j->source == SOURCE_WHOLE && j->fed == j->have)
		close(take_fd(&j->pipe));
	return 0;
}

static int hash_file(int fd, char digest[DIGEST_MAX])
{
	autofree char *data = xmalloc(1 << 20);
	struct sha256 hash;
	char hex[SHA256_HEX_MAX];
	ssize_t n;

	sha256_begin(&hash);
	for (off_t at = 0; (n = pread(fd, data, 1 << 20, at)) > 0; at += n)
		sha256_add(&hash, data, (size_t)n);
	if (n < 0)
		return fail_errno("read what was fetched");
	snprintf(digest, DIGEST_MAX, "sha256:%s", sha256_hex(&hash, hex));
	return 0;
}

/* The bytes are not those that were promised: once more from the start if some of them are old, or else that is it. */
static int wrong_bytes(struct fetch *f, struct fetch_job *j, const char *digest)
{
	bool again = j->resumed;

	fetch_job_stop(f, j);
	if (j->partial)
		blobstore_discard(f->store, j->layer->blob->digest, j->file);
	else
		(void)blobstore_remove(f->store, j->layer->blob->digest);
	close_source(j);
	j->due = 0;
	j->unpack_failed = false;
	if (again)
		return 0;
	return fail(-EBADMSG, "%s: the registry sent other bytes than the manifest promises: they hash to %s, not %s", j->what,
		    digest, j->layer->blob->digest);
}

int fetch_job_explain(struct fetch *f, struct fetch_job *j)
{
	char digest[DIGEST_MAX];
	int r = hash_file(j->file, digest);

	if (r < 0)
		return r;
	if (strcmp(digest, j->layer->blob->digest) != 0)
		return wrong_bytes(f, j, digest);
	return fail(j->code, "%s: %s", j->what, j->words);
}

int fetch_job_unpacked(struct fetch *f, struct fetch_job *j)
{
	const struct descriptor *blob = j->layer->blob;
	struct unpack_result result;
	int r = unpack_finish(&j->unpack, &result);

	if (r < 0) {
		/* no space and the like are not the registry's fault, and are said at once */
		if (r != -EBADMSG && r != -EINVAL && r != -EFBIG && r != -ECHILD && r != -ENOTSUP)
			return fail_while(r, "%s", j->what);
		j->unpack_failed = true;
		j->code = r;
		free(j->words);
		j->words = xstrdup(error_text(r));
		fetch_job_stop(f, j);
		return 0;
	}
	if (strcmp(result.digest, blob->digest) != 0 || (int64_t)result.compressed != blob->size)
		return wrong_bytes(f, j, result.digest);
	if (strcmp(result.diff_id, j->layer->diff_id) != 0)
		return fail(-EBADMSG, "%s: it unpacks to something else than the image's config promises (%s, not %s)", j->what,
			    result.diff_id, j->layer->diff_id);
	if (step_heard())
		step_remark("tar -x -C %s/layers/%s/diff -f %s/blobs/sha256/%s", f->store->root, digest_hex(j->layer->chain),
			    f->store->root, digest_hex(blob->digest));
	r = layer_commit(f->store, &j->draft, j->layer->chain, (int64_t)result.size);
	if (r == 0 && j->partial)
		r = blobstore_commit(f->store, blob->digest, j->file);
	if (r < 0)
		return r;
	fetch_job_stop(f, j);
	finish_job(f, j, PULL_DONE);
	return 0;
}

int fetch_job_fetched(struct fetch *f, struct fetch_job *j, const struct transfer_answer *a)
{
	int64_t wait = 0;
	int r = registry_judge(a, j->what, j->tries, &wait);

	f->downloads--;
	j->request = 0;
	if (r == 0 && a->have != j->layer->blob->size)
		return fail(-EBADMSG, "%s: the registry sent %lld bytes, the manifest promises %lld", j->what, (long long)a->have,
			    (long long)j->layer->blob->size);
	j->have = a->have;
	if (r == 0) {
		j->source = SOURCE_WHOLE;
		fetch_job_tell(f, j, PULL_DOWNLOADED, j->have);
		return 0;
	}
	/* a registry that cannot continue, or does it wrong, can begin again */
	if ((r == -ERANGE || r == -EBADMSG) && j->asked > 0 && !j->restarted) {
		fetch_job_stop(f, j);
		if (ftruncate(j->file, 0) < 0)
			return fail_errno("empty partial/%s", digest_hex(j->layer->blob->digest));
		j->have = j->fed = 0;
		j->restarted = true;
		r = -EAGAIN;
	}
	if (r != -EAGAIN)
		return a->status ? r : fail_while(r, "%s", j->what);
	j->tries++;
	j->source = SOURCE_REQUEST;
	j->due = clock_monotonic() + wait * MS;
	fetch_job_tell(f, j, PULL_RETRYING, j->have);
	return 0;
}

void fetch_job_release(struct fetch *f, struct fetch_job *j)
{
	fetch_job_stop(f, j);
	close_source(j);
	free(j->words);
}
