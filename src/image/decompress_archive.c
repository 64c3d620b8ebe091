/* SPDX-License-Identifier: Apache-2.0 */
#include "image/decompress_archive.h"

#include "base/error.h"

#include <errno.h>
#include <limits.h>

#define XZ_MEMORY_MAX (UINT64_C(256) << 20) /* xz -9 wants 65 MiB */

int decompress_archive_begin(struct decompress_archive *a)
{
	if (a->is_xz)
		return lzma_stream_decoder(&a->xz, XZ_MEMORY_MAX, LZMA_TELL_UNSUPPORTED_CHECK) == LZMA_OK
			       ? 0
			       : fail_code(-ENOMEM, "start xz");
	if (a->begun)
		(void)BZ2_bzDecompressEnd(&a->bzip2);
	a->begun = BZ2_bzDecompressInit(&a->bzip2, 0, 0) == BZ_OK;
	return a->begun ? 0 : fail_code(-ENOMEM, "start bzip2");
}

static const char *xz_words(lzma_ret r)
{
	switch (r) {
	case LZMA_MEMLIMIT_ERROR:
		return "it wants more than 256 MiB of memory";
	case LZMA_UNSUPPORTED_CHECK:
		return "a checksum of an unknown kind";
	case LZMA_FORMAT_ERROR:
		return "no xz header";
	default:
		return "it does not decompress";
	}
}

static int run_xz(lzma_stream *xz, struct decompress_io *io, bool *ret_ended, const char **ret_how)
{
	lzma_ret r;

	xz->next_in = io->in;
	xz->avail_in = io->in_len;
	xz->next_out = io->out;
	xz->avail_out = io->out_len;
	r = lzma_code(xz, LZMA_RUN);
	io->in = xz->next_in;
	io->in_len = xz->avail_in;
	io->out = xz->next_out;
	io->out_len = xz->avail_out;
	*ret_ended = r == LZMA_STREAM_END;
	/* LZMA_BUF_ERROR: nothing could be done, for want of input or room */
	if (r == LZMA_OK || r == LZMA_STREAM_END || r == LZMA_BUF_ERROR)
		return 0;
	*ret_how = xz_words(r);
	return -EBADMSG;
}

static int run_bzip2(bz_stream *bz, struct decompress_io *io, bool *ret_ended, const char **ret_how)
{
	unsigned int in_len = io->in_len > UINT_MAX ? UINT_MAX : (unsigned int)io->in_len;
	unsigned int out_len = io->out_len > UINT_MAX ? UINT_MAX : (unsigned int)io->out_len;
	int r;

	bz->next_in = (char *)io->in;
	bz->avail_in = in_len;
	bz->next_out = (char *)io->out;
	bz->avail_out = out_len;
	r = BZ2_bzDecompress(bz);
	io->in += in_len - bz->avail_in;
	io->in_len -= in_len - bz->avail_in;
	io->out += out_len - bz->avail_out;
	io->out_len -= out_len - bz->avail_out;
	*ret_ended = r == BZ_STREAM_END;
	if (r == BZ_OK || r == BZ_STREAM_END)
		return 0;
	*ret_how = r == BZ_DATA_ERROR         ? "a wrong checksum"
		   : r == BZ_DATA_ERROR_MAGIC ? "no bzip2 header"
					      : "it does not decompress";
	return -EBADMSG;
}

int decompress_archive_run(struct decompress_archive *a, struct decompress_io *io, bool *ret_ended, const char **ret_how)
{
	return a->is_xz ? run_xz(&a->xz, io, ret_ended, ret_how) : run_bzip2(&a->bzip2, io, ret_ended, ret_how);
}

void decompress_archive_release(struct decompress_archive *a)
{
	lzma_end(&a->xz);
	if (a->begun)
		(void)BZ2_bzDecompressEnd(&a->bzip2);
	a->begun = false;
}
