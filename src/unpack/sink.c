/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/sink.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "image/compress.h"

#include <stdio.h>
#include <string.h>

#define HOLD (128 * 1024) /* small pieces are gathered to this before they are worked on */

struct sink {
	int fd;
	struct compress *compress; /* NULL: none, and no sums */
	struct sha256 plain, packed;
	struct buf held, out;
	struct stream_sums sums;
};

int sink_new(int fd, bool layer, struct sink **ret)
{
	struct sink *s = xnew(struct sink);
	int r = layer ? compress_new(&s->compress) : 0;

	s->fd = fd;
	s->held = s->out = BUF_INIT;
	sha256_begin(&s->plain);
	sha256_begin(&s->packed);
	if (r < 0)
		free(s);
	else
		*ret = s;
	return r;
}

void sink_free(struct sink **s)
{
	if (!*s)
		return;
	compress_free(&(*s)->compress);
	buf_release(&(*s)->held);
	buf_release(&(*s)->out);
	free(*s);
	*s = NULL;
}

static int put(struct sink *s, const void *data, size_t len)
{
	int r = fd_write_full(s->fd, data, len);

	if (r < 0)
		return fail_code(r, "write the archive");
	s->sums.read += len;
	return 0;
}

static int work(struct sink *s, const void *data, size_t len, bool end)
{
	int r;

	s->sums.size += len;
	if (!s->compress)
		return put(s, data, len);
	sha256_add(&s->plain, data, len);
	buf_clear(&s->out);
	r = compress_run(s->compress, data, len, end, &s->out);
	if (r < 0)
		return r;
	sha256_add(&s->packed, s->out.data, s->out.len);
	return put(s, s->out.data, s->out.len);
}

static int flush(struct sink *s, bool end)
{
	int r = s->held.len || end ? work(s, s->held.data, s->held.len, end) : 0;

	buf_clear(&s->held);
	return r;
}

int sink_write(struct sink *s, const void *data, size_t len)
{
	int r = s->held.len + len > HOLD ? flush(s, false) : 0;

	if (r < 0)
		return r;
	if (len >= HOLD)
		return work(s, data, len, false);
	buf_add(&s->held, data, len);
	return 0;
}

static void set_sum(char out[72], struct sha256 *sum)
{
	char hex[SHA256_HEX_MAX];

	snprintf(out, 72, "sha256:%s", sha256_hex(sum, hex));
}

int sink_finish(struct sink *s, struct stream_sums *ret)
{
	int r = flush(s, true);

	if (r < 0)
		return r;
	if (s->compress) {
		set_sum(s->sums.diff_id, &s->plain);
		set_sum(s->sums.digest, &s->packed);
	}
	*ret = s->sums;
	return 0;
}
