/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/stream.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/sha256.h"
#include "image/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Small enough that all of the ring stays in the processor's cache, large enough for few wake-ups. */
#define SLOTS     8
#define SLOT_SIZE (256 * 1024)
#define INPUT_MAX (256 * 1024)

struct slot {
	unsigned char *data;
	size_t len;
};

struct stream {
	int fd;
	struct stream_limits limits;
	bool plain; /* what is read is what comes out: one sum is both */

	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct slot slots[SLOTS];
	uint64_t produced; /* slots filled since the start */
	uint64_t hashed;
	uint64_t taken; /* given back by the caller's thread */
	bool ended;     /* no more will be produced */
	bool hash_done;
	struct error_record error; /* of the producer, code 0 while there is none */
	bool holding;              /* the caller's thread has a slot */

	struct stream_sums sums; /* complete when ended and hash_done */
};

static void set_sum(char out[72], struct sha256 *s)
{
	char hex[SHA256_HEX_MAX];

	snprintf(out, 72, "sha256:%s", sha256_hex(s, hex));
}

/* Waits for a free slot. */
static struct slot *slot_wait(struct stream *s)
{
	struct slot *slot;

	pthread_mutex_lock(&s->lock);
	while (s->produced - s->taken == SLOTS || (!s->plain && s->produced - s->hashed == SLOTS))
		pthread_cond_wait(&s->moved, &s->lock);
	slot = &s->slots[s->produced % SLOTS];
	pthread_mutex_unlock(&s->lock);
	return slot;
}

static void slot_publish(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->produced++;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
}

static int check_size(const struct stream *s)
{
	char text[NUMBER_TEXT_MAX];

	if (s->sums.size > s->limits.size)
		return fail(-EFBIG, "it unpacks to more than %s", number_size_1024(s->limits.size, text));
	if (s->sums.size > s->limits.bomb_size && s->sums.size / s->limits.bomb_ratio > s->sums.read)
		return fail(-EFBIG, "it unpacks to more than %llu times its size: it is taken for a bomb",
			    (unsigned long long)s->limits.bomb_ratio);
	return 0;
}

/* Input that was read and not yet decompressed. */
struct input {
	unsigned char *data;
	size_t len, used;
	bool ended;
	struct sha256 sum;
};

static int input_fill(struct stream *s, struct input *in)
{
	ssize_t n;

	if (in->used < in->len || in->ended)
		return 0;
	do
		n = read(s->fd, in->data, INPUT_MAX);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail_errno("read the layer");
	in->used = 0;
	in->len = (size_t)n;
	in->ended = n == 0;
	sha256_add(&in->sum, in->data, in->len);
	s->sums.read += in->len;
	return 0;
}

/* The first bytes decide the format, however few of them a pipe gives at a time. */
static int input_detect(struct stream *s, struct input *in, struct decompress **ret)
{
	enum compression kind;
	ssize_t n = fd_read_full(s->fd, in->data, COMPRESSION_MAGIC);

	if (n < 0)
		return fail_code((int)n, "read the layer");
	in->len = (size_t)n;
	sha256_add(&in->sum, in->data, in->len);
	s->sums.read += in->len;
	kind = compression_of(in->data, in->len);
	s->plain = kind == COMPRESSION_NONE;
	return decompress_new(kind, ret);
}

static int fill_slot(struct stream *s, struct input *in, struct decompress *d, struct slot *slot)
{
	struct decompress_io io = { .out = slot->data, .out_len = SLOT_SIZE };
	int r = 0;

	while (r == 0 && io.out_len && !(in->ended && in->used == in->len)) {
		r = input_fill(s, in);
		if (r < 0)
			return r;
		io.in = in->data + in->used;
		io.in_len = in->len - in->used;
		r = decompress_run(d, &io);
		in->used = in->len - io.in_len;
	}
	slot->len = SLOT_SIZE - io.out_len;
	s->sums.size += slot->len;
	return r < 0 ? r : check_size(s);
}

static int produce(struct stream *s)
{
	struct input in = { .data = xmalloc(INPUT_MAX) };
	struct decompress *d = NULL;
	int r;

	sha256_begin(&in.sum);
	r = input_detect(s, &in, &d);
	while (r == 0) {
		struct slot *slot = slot_wait(s);

		r = fill_slot(s, &in, d, slot);
		if (r == 0 && slot->len)
			slot_publish(s);
		/* a slot that is not full has seen the end of the input */
		if (r == 0 && slot->len < SLOT_SIZE)
			break;
	}
	if (r == 0)
		r = decompress_finish(d);
	if (r == 0)
		set_sum(s->sums.digest, &in.sum);
	decompress_free(&d);
	free(in.data);
	return r;
}

static void *produce_thread(void *data)
{
	struct stream *s = data;
	int r = produce(s);

	pthread_mutex_lock(&s->lock);
	if (r < 0)
		error_pack(r, &s->error);
	s->ended = true;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* The next slot to hash, or NULL at the end. */
static struct slot *hash_wait(struct stream *s)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&s->lock);
	while (s->hashed == s->produced && !s->ended)
		pthread_cond_wait(&s->moved, &s->lock);
	if (s->hashed < s->produced && !s->plain)
		slot = &s->slots[s->hashed % SLOTS];
	pthread_mutex_unlock(&s->lock);
	return slot;
}

static void *hash_thread(void *data)
{
	struct stream *s = data;
	struct sha256 sum;

	sha256_begin(&sum);
	for (struct slot *slot = hash_wait(s); slot; slot = hash_wait(s)) {
		sha256_add(&sum, slot->data, slot->len);
		pthread_mutex_lock(&s->lock);
		s->hashed++;
		pthread_cond_broadcast(&s->moved);
		pthread_mutex_unlock(&s->lock);
	}
	pthread_mutex_lock(&s->lock);
	if (!s->plain)
		set_sum(s->sums.diff_id, &sum);
	s->hash_done = true;
	pthread_cond_broadcast(&s->moved);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static int start_thread(void *(*run)(void *), struct stream *s)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, run, s);

	if (r != 0)
		return fail_code(-r, "start a thread");
	pthread_detach(thread);
	return 0;
}

int stream_start(int fd, const struct stream_limits *limits, struct stream **ret)
{
	struct stream *s = xnew(struct stream);
	int r;

	s->fd = fd;
	s->limits = *limits;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->moved, NULL);
	for (int i = 0; i < SLOTS; i++)
		s->slots[i].data = xmalloc(SLOT_SIZE);
	/* a pipe of 64 KiB means a switch for each; larger ones may be refused */
	(void)fcntl(fd, F_SETPIPE_SZ, 1024 * 1024);
	r = start_thread(produce_thread, s);
	if (r == 0)
		r = start_thread(hash_thread, s);
	/* on failure the process ends: a thread may still use s */
	if (r == 0)
		*ret = s;
	return r;
}

static long source_next(void *data, const unsigned char **ret)
{
	struct stream *s = data;
	long n = 0;

	pthread_mutex_lock(&s->lock);
	if (s->holding) {
		s->taken++;
		s->holding = false;
		pthread_cond_broadcast(&s->moved);
	}
	while (s->taken == s->produced && !s->ended)
		pthread_cond_wait(&s->moved, &s->lock);
	if (s->taken < s->produced) {
		*ret = s->slots[s->taken % SLOTS].data;
		n = (long)s->slots[s->taken % SLOTS].len;
		s->holding = true;
	} else if (s->error.code) {
		n = error_unpack(&s->error);
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}

struct tar_source stream_source(struct stream *s)
{
	return (struct tar_source){ .next = source_next, .data = s };
}

int stream_finish(struct stream *s, struct stream_sums *ret)
{
	int r = 0;

	pthread_mutex_lock(&s->lock);
	while (!s->ended || !s->hash_done)
		pthread_cond_wait(&s->moved, &s->lock);
	if (s->error.code)
		r = error_unpack(&s->error);
	else
		*ret = s->sums;
	if (s->plain)
		memcpy(ret->diff_id, s->sums.digest, sizeof ret->diff_id);
	pthread_mutex_unlock(&s->lock);
	return r;
}
