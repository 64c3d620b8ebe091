/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of several members and frames, cut and fed in every way; and what is damaged is said. */
#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/decompress.h"

#include <bzlib.h>
#include <errno.h>
#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#define TEXT_LEN 100000

static void fill(unsigned char *text)
{
	unsigned int x = 1;

	for (size_t i = 0; i < TEXT_LEN; i++) {
		x = x * 1103515245 + 12345;
		text[i] = i % 3 ? (unsigned char)("hoy!"[x >> 30]) : (unsigned char)(x >> 24);
	}
}

static void add_gzip(struct buf *b, const unsigned char *data, size_t len)
{
	unsigned char out[TEXT_LEN * 2];
	z_stream z = { .next_in = (unsigned char *)data, .avail_in = (unsigned int)len, .next_out = out, .avail_out = sizeof out };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_add(b, out, sizeof out - z.avail_out);
	deflateEnd(&z);
}

static void add_zstd(struct buf *b, const unsigned char *data, size_t len)
{
	unsigned char out[TEXT_LEN * 2];
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t n;

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	n = ZSTD_compress2(c, out, sizeof out, data, len);
	ZSTD_freeCCtx(c);
	assert_false(ZSTD_isError(n));
	buf_add(b, out, n);
}

static void add_xz(struct buf *b, const unsigned char *data, size_t len)
{
	unsigned char out[TEXT_LEN * 2];
	size_t n = 0;

	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, data, len, out, &n, sizeof out), LZMA_OK);
	buf_add(b, out, n);
}

static void add_bzip2(struct buf *b, const unsigned char *data, size_t len)
{
	char out[TEXT_LEN * 2];
	unsigned int n = sizeof out;

	assert_int_equal(BZ2_bzBuffToBuffCompress(out, &n, (char *)data, (unsigned int)len, 9, 0, 0), BZ_OK);
	buf_add(b, out, n);
}

/* Feeds @in_piece bytes at a time into room for @out_piece. */
static int run(const struct buf *in, size_t in_piece, size_t out_piece, struct buf *out)
{
	struct decompress *d = NULL;
	unsigned char *room = xmalloc(out_piece);
	int r = decompress_new(compression_of(in->data, in->len), &d);

	for (size_t at = 0; r == 0 && at < in->len;) {
		size_t n = in->len - at < in_piece ? in->len - at : in_piece;
		struct decompress_io io = { (const unsigned char *)in->data + at, n, NULL, 0 };

		do {
			io.out = room;
			io.out_len = out_piece;
			r = decompress_run(d, &io);
			buf_add(out, room, out_piece - io.out_len);
		} while (r == 0 && !io.out_len);
		at += n - io.in_len;
	}
	if (r == 0)
		r = decompress_finish(d);
	decompress_free(&d);
	free(room);
	return r;
}

static void several_parts(void **state, void (*add)(struct buf *, const unsigned char *, size_t))
{
	static const size_t sizes[] = { 1, 3, 10, 4093, 65536, 1 << 20 };
	autobuf in = BUF_INIT;
	unsigned char text[TEXT_LEN];

	(void)state;
	fill(text);
	add(&in, text, 10);
	add(&in, text + 10, 0);
	add(&in, text + 10, 30000);
	add(&in, text + 30010, TEXT_LEN - 30010);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {
			autobuf out = BUF_INIT;

			assert_int_equal(run(&in, sizes[i], sizes[k], &out), 0);
			assert_int_equal(out.len, TEXT_LEN);
			assert_memory_equal(out.data, text, TEXT_LEN);
		}
}

static void gzip_members(void **state)
{
	several_parts(state, add_gzip);
}

static void zstd_frames(void **state)
{
	several_parts(state, add_zstd);
}

static void xz_streams(void **state)
{
	several_parts(state, add_xz);
}

static void bzip2_streams(void **state)
{
	several_parts(state, add_bzip2);
}

/* Every way to cut a stream short is an error, and so is every changed byte of its trailer. */
static void cut_short(void **state, void (*add)(struct buf *, const unsigned char *, size_t), size_t trailer)
{
	autobuf in = BUF_INIT;
	unsigned char text[TEXT_LEN];

	(void)state;
	fill(text);
	add(&in, text, 300);
	/* below the length of the magic it is plain text */
	for (size_t len = COMPRESSION_MAGIC; len < in.len; len++) {
		struct buf cut = { .data = in.data, .len = len };
		autobuf out = BUF_INIT;

		assert_int_equal(run(&cut, 100, 1000, &out), -EBADMSG);
	}
	for (size_t i = in.len - trailer; i < in.len; i++) {
		autobuf out = BUF_INIT;

		in.data[i] ^= 1;
		assert_int_equal(run(&in, 100, 1000, &out), -EBADMSG);
		in.data[i] ^= 1;
	}
}

static void gzip_damage(void **state)
{
	cut_short(state, add_gzip, 8);
}

static void zstd_damage(void **state)
{
	cut_short(state, add_zstd, 4);
}

static void xz_damage(void **state)
{
	cut_short(state, add_xz, 12); /* the stream's footer */
}

static void bzip2_damage(void **state)
{
	cut_short(state, add_bzip2, 0); /* its checksum is not at a byte's border */
}

static void behind_the_end(void **state)
{
	autobuf in = BUF_INIT, out = BUF_INIT;

	(void)state;
	add_gzip(&in, (const unsigned char *)"hoy", 3);
	buf_add(&in, "\0\0\0", 3);
	assert_int_equal(run(&in, 1, 100, &out), 0);
	assert_string_equal(out.data, "hoy");
	buf_add(&in, "x", 1);
	assert_int_equal(run(&in, 1, 100, &out), -EBADMSG);
}

static void kinds(void **state)
{
	(void)state;
	assert_int_equal(compression_of("", 0), COMPRESSION_NONE);
	assert_int_equal(compression_of("\x1f\x8b", 2), COMPRESSION_GZIP);
	assert_int_equal(compression_of("\x28\xb5\x2f\xfd", 4), COMPRESSION_ZSTD);
	assert_int_equal(compression_of("\x5f\x2a\x4d\x18", 4), COMPRESSION_ZSTD);
	assert_int_equal(compression_of("BZh", 3), COMPRESSION_BZIP2);
	assert_int_equal(compression_of("\xfd"
					"7zXZ\0",
					6),
			 COMPRESSION_XZ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_members), cmocka_unit_test(zstd_frames),    cmocka_unit_test(gzip_damage),
		cmocka_unit_test(zstd_damage),  cmocka_unit_test(behind_the_end), cmocka_unit_test(kinds),
		cmocka_unit_test(xz_streams),   cmocka_unit_test(bzip2_streams),  cmocka_unit_test(xz_damage),
		cmocka_unit_test(bzip2_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
