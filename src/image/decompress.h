/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * gzip, zstd, xz, bzip2 and plain, as a stream. Several members or frames in a row are one stream (pigz, eStargz and
 * zstd:chunked write such layers). Checksums are verified. Only in hoy-unpack: nothing is decompressed in the engine.
 */
#include "image/decompress_io.h"

#include <stdbool.h>
#include <stddef.h>

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSION_BZIP2, COMPRESSION_XZ };

#define COMPRESSION_MAGIC 6 /* bytes that decide */

/* By the first bytes; fewer than COMPRESSION_MAGIC only where the stream is that short. */
enum compression compression_of(const void *head, size_t len);
const char *compression_name(enum compression c);

struct decompress;

/* -errno with words. Caller frees. */
int decompress_new(enum compression c, struct decompress **ret);
void decompress_free(struct decompress **d);
/*
 * Works until the input is used up or the output is full. With an output that is not full at the return, all that could
 * be made of the input was made. Returns 0, or -EBADMSG with words.
 */
int decompress_run(struct decompress *d, struct decompress_io *io);
/* After the last input: -EBADMSG with words when the stream was cut short. */
int decompress_finish(struct decompress *d);
