/* SPDX-License-Identifier: Apache-2.0 */
#include "image/compress.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

#define ROOM (256 * 1024)

#ifdef HAVE_ISAL

struct compress {
	struct isal_zstream stream;
	unsigned char level[ISAL_DEF_LVL1_DEFAULT];
};

int compress_new(struct compress **ret)
{
	struct compress *c = xnew(struct compress);

	isal_deflate_init(&c->stream);
	c->stream.level = 1;
	c->stream.level_buf = c->level;
	c->stream.level_buf_size = sizeof c->level;
	c->stream.gzip_flag = IGZIP_GZIP;
	*ret = c;
	return 0;
}

void compress_free(struct compress **c)
{
	free(*c);
	*c = NULL;
}

/* One call: as much input as there is room for what it becomes. */
static int run(struct compress *c, const unsigned char **in, size_t *len, bool end, unsigned char *out, size_t *ret_made)
{
	uint32_t part = *len > UINT32_MAX ? UINT32_MAX : (uint32_t)*len;

	c->stream.next_in = (uint8_t *)*in;
	c->stream.avail_in = part;
	c->stream.end_of_stream = end && part == *len;
	c->stream.next_out = out;
	c->stream.avail_out = ROOM;
	if (isal_deflate(&c->stream) != COMP_OK)
		return fail(-EIO, "compress the layer");
	*in += part - c->stream.avail_in;
	*len -= part - c->stream.avail_in;
	*ret_made = ROOM - c->stream.avail_out;
	return 0;
}

#else

struct compress {
	z_stream stream;
};

int compress_new(struct compress **ret)
{
	struct compress *c = xnew(struct compress);

	/* 16 more than the window: a gzip header, and an empty one */
	if (deflateInit2(&c->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(c);
		return fail_code(-ENOMEM, "start zlib");
	}
	*ret = c;
	return 0;
}

void compress_free(struct compress **c)
{
	if (*c)
		deflateEnd(&(*c)->stream);
	free(*c);
	*c = NULL;
}

static int run(struct compress *c, const unsigned char **in, size_t *len, bool end, unsigned char *out, size_t *ret_made)
{
	unsigned int part = *len > UINT32_MAX ? UINT32_MAX : (unsigned int)*len;

	c->stream.next_in = (unsigned char *)*in;
	c->stream.avail_in = part;
	c->stream.next_out = out;
	c->stream.avail_out = ROOM;
	if (deflate(&c->stream, end && part == *len ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
		return fail(-EIO, "compress the layer");
	*in += part - c->stream.avail_in;
	*len -= part - c->stream.avail_in;
	*ret_made = ROOM - c->stream.avail_out;
	return 0;
}

#endif

int compress_run(struct compress *c, const void *data, size_t len, bool end, struct buf *out)
{
	const unsigned char *in = data;
	size_t made = 0;

	do {
		int r;

		buf_reserve(out, ROOM);
		r = run(c, &in, &len, end, (unsigned char *)out->data + out->len, &made);
		if (r < 0)
			return r;
		out->len += made;
		out->data[out->len] = '\0';
		/* an output that was filled may not be all */
	} while (len || made == ROOM);
	return 0;
}
