/* SPDX-License-Identifier: Apache-2.0 */
#include "image/decompress.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/decompress_archive.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <zstd.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

struct decompress {
	enum compression kind;
	bool inside;  /* a member or frame has begun and not ended */
	bool padding; /* zeros behind the last gzip member */
	bool any;     /* a member or frame was complete */
#ifdef HAVE_ISAL
	struct inflate_state inflate;
#else
	z_stream inflate;
#endif
	ZSTD_DStream *zstd;
	struct decompress_archive archive; /* xz, bzip2 */
};

enum compression compression_of(const void *head, size_t len)
{
	const unsigned char *h = head;

	if (len >= 2 && h[0] == 0x1f && h[1] == 0x8b)
		return COMPRESSION_GZIP;
	if (len >= 4 && memcmp(h, "\x28\xb5\x2f\xfd", 4) == 0)
		return COMPRESSION_ZSTD;
	/* a skippable frame (RFC 8878, 3.1.2) may come first */
	if (len >= 4 && (h[0] & 0xf0) == 0x50 && memcmp(h + 1, "\x2a\x4d\x18", 3) == 0)
		return COMPRESSION_ZSTD;
	if (len >= 3 && memcmp(h, "BZh", 3) == 0)
		return COMPRESSION_BZIP2;
	if (len >= 6 && memcmp(h,
			       "\xfd"
			       "7zXZ\0",
			       6) == 0)
		return COMPRESSION_XZ;
	return COMPRESSION_NONE;
}

const char *compression_name(enum compression c)
{
	static const char *const names[] = {
		[COMPRESSION_NONE] = "plain",  [COMPRESSION_GZIP] = "gzip", [COMPRESSION_ZSTD] = "zstd",
		[COMPRESSION_BZIP2] = "bzip2", [COMPRESSION_XZ] = "xz",
	};

	return names[c];
}

static int damaged(const struct decompress *d, const char *how)
{
	return fail(-EBADMSG, "the %s data is damaged: %s", compression_name(d->kind), how);
}

int decompress_new(enum compression c, struct decompress **ret)
{
	struct decompress *d;

	d = xnew(struct decompress);
	d->kind = c;
	d->archive.is_xz = c == COMPRESSION_XZ;
	if (c == COMPRESSION_ZSTD) {
		d->zstd = ZSTD_createDStream();
		if (!d->zstd) {
			free(d);
			return fail_code(-ENOMEM, "start zstd");
		}
	}
	*ret = d;
	return 0;
}

void decompress_free(struct decompress **d)
{
	if (!*d)
		return;
#ifndef HAVE_ISAL
	if ((*d)->kind == COMPRESSION_GZIP)
		inflateEnd(&(*d)->inflate);
#endif
	ZSTD_freeDStream((*d)->zstd);
	decompress_archive_release(&(*d)->archive);
	free(*d);
	*d = NULL;
}

#ifdef HAVE_ISAL

static int member_begin(struct decompress *d)
{
	isal_inflate_init(&d->inflate);
	d->inflate.crc_flag = ISAL_GZIP;
	return 0;
}

static const char *isal_words(int r)
{
	switch (r) {
	case ISAL_INCORRECT_CHECKSUM:
		return "a wrong checksum";
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
		return "no gzip header";
	default:
		return "it does not inflate";
	}
}

/* One call; d->inside becomes false at the end of the member. */
static int member_run(struct decompress *d, struct decompress_io *io)
{
	uint32_t in_len = io->in_len > UINT32_MAX ? UINT32_MAX : (uint32_t)io->in_len;
	uint32_t out_len = io->out_len > UINT32_MAX ? UINT32_MAX : (uint32_t)io->out_len;
	int r;

	d->inflate.next_in = (uint8_t *)io->in;
	d->inflate.avail_in = in_len;
	d->inflate.next_out = io->out;
	d->inflate.avail_out = out_len;
	r = isal_inflate(&d->inflate);
	if (r < 0)
		return damaged(d, isal_words(r));
	io->in = d->inflate.next_in;
	io->in_len -= in_len - d->inflate.avail_in;
	io->out = d->inflate.next_out;
	io->out_len -= out_len - d->inflate.avail_out;
	if (d->inflate.block_state == ISAL_BLOCK_FINISH)
		d->inside = false;
	return 0;
}

#else

static int member_begin(struct decompress *d)
{
	/* 16: a gzip wrapper; 15: the largest window */
	if (d->any)
		return inflateReset(&d->inflate) == Z_OK ? 0 : damaged(d, "reset");
	return inflateInit2(&d->inflate, 16 + 15) == Z_OK ? 0 : fail_code(-ENOMEM, "start zlib");
}

static int member_run(struct decompress *d, struct decompress_io *io)
{
	unsigned int in_len = io->in_len > UINT_MAX ? UINT_MAX : (unsigned int)io->in_len;
	unsigned int out_len = io->out_len > UINT_MAX ? UINT_MAX : (unsigned int)io->out_len;
	int r;

	d->inflate.next_in = (unsigned char *)io->in;
	d->inflate.avail_in = in_len;
	d->inflate.next_out = io->out;
	d->inflate.avail_out = out_len;
	r = inflate(&d->inflate, Z_NO_FLUSH);
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return damaged(d, d->inflate.msg ? d->inflate.msg : "it does not inflate");
	io->in = d->inflate.next_in;
	io->in_len -= in_len - d->inflate.avail_in;
	io->out = d->inflate.next_out;
	io->out_len -= out_len - d->inflate.avail_out;
	if (r == Z_STREAM_END)
		d->inside = false;
	return 0;
}

#endif

/* The same for xz and bzip2. */
static int archive_run(struct decompress *d, struct decompress_io *io)
{
	const char *how = NULL;
	bool ended = false;
	int r = decompress_archive_run(&d->archive, io, &ended, &how);

	d->inside = !ended;
	return r < 0 ? damaged(d, how) : 0;
}

/* gzip, xz and bzip2: one member behind the other. */
static int run_members(struct decompress *d, struct decompress_io *io)
{
	const unsigned char first = d->kind == COMPRESSION_GZIP ? 0x1f : d->kind == COMPRESSION_XZ ? 0xfd : 'B';

	for (;;) {
		size_t in_before, out_before;
		int r;

		if (!d->inside) {
			if (!io->in_len)
				return 0;
			/* tapes and some writers pad with zeros, as gzip(1) and xz(1) accept it */
			if (*io->in == 0 && d->any)
				d->padding = true;
			if (d->padding) {
				if (*io->in)
					return damaged(d, "something follows its end");
				io->in++;
				io->in_len--;
				continue;
			}
			if (*io->in != first)
				return damaged(d, "something follows its end");
			r = d->kind == COMPRESSION_GZIP ? member_begin(d) : decompress_archive_begin(&d->archive);
			if (r < 0)
				return r;
			d->inside = true;
		}
		in_before = io->in_len;
		out_before = io->out_len;
		r = d->kind == COMPRESSION_GZIP ? member_run(d, io) : archive_run(d, io);
		if (r < 0)
			return r;
		if (!d->inside)
			d->any = true;
		else if (!io->out_len || (in_before == io->in_len && out_before == io->out_len))
			return 0;
	}
}

static int run_zstd(struct decompress *d, struct decompress_io *io)
{
	for (;;) {
		ZSTD_inBuffer in = { io->in, io->in_len, 0 };
		ZSTD_outBuffer out = { io->out, io->out_len, 0 };
		size_t r;

		if (!d->inside && !io->in_len)
			return 0;
		r = ZSTD_decompressStream(d->zstd, &out, &in);
		if (ZSTD_isError(r))
			return damaged(d, ZSTD_getErrorName(r));
		io->in += in.pos;
		io->in_len -= in.pos;
		io->out += out.pos;
		io->out_len -= out.pos;
		d->inside = r != 0;
		d->any |= r == 0;
		if (!io->out_len || (!in.pos && !out.pos))
			return 0;
	}
}

static void run_plain(struct decompress_io *io)
{
	size_t n = io->in_len < io->out_len ? io->in_len : io->out_len;

	if (!n)
		return;
	memcpy(io->out, io->in, n);
	io->in += n;
	io->in_len -= n;
	io->out += n;
	io->out_len -= n;
}

int decompress_run(struct decompress *d, struct decompress_io *io)
{
	switch (d->kind) {
	case COMPRESSION_GZIP:
	case COMPRESSION_XZ:
	case COMPRESSION_BZIP2:
		return run_members(d, io);
	case COMPRESSION_ZSTD:
		return run_zstd(d, io);
	default:
		run_plain(io);
		return 0;
	}
}

int decompress_finish(struct decompress *d)
{
	if (d->inside || (d->kind != COMPRESSION_NONE && !d->any))
		return damaged(d, "it ends too early");
	return 0;
}
