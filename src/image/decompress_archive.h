/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* xz and bzip2, member by member: formats of archives that people import; no registry serves layers in them. Only in hoy-unpack. */
#include "image/decompress_io.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdbool.h>

struct decompress_archive {
	lzma_stream xz; /* zeroed is LZMA_STREAM_INIT */
	bz_stream bzip2;
	bool is_xz;
	bool begun; /* bzip2 has memory to give back */
};
/* The next member begins, of a stream that is xz (a->is_xz) or bzip2. 0 or -errno with words. */
int decompress_archive_begin(struct decompress_archive *a);
/*
 * One call: moves @io on; *@ret_ended tells whether the member has ended. On damage -EBADMSG, and the reason in *@ret_how.
 */
int decompress_archive_run(struct decompress_archive *a, struct decompress_io *io, bool *ret_ended, const char **ret_how);
void decompress_archive_release(struct decompress_archive *a);
