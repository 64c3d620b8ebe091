/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Archives for tests, built header by header in a buf, and a source that hands them out in pieces of a chosen size. */
#include "base/buf.h"
#include "image/tar_read.h"

#include <stdint.h>

/* One header with a right checksum. @link may be NULL. */
void tar_build_header(struct buf *b, char type, const char *name, const char *link, uint64_t size);
/* Data, padded to whole blocks. */
void tar_build_data(struct buf *b, const void *data, size_t len);
/* A pax header of one record. */
void tar_build_pax(struct buf *b, char type, const char *key, const char *value);
/* A file with this text. */
void tar_build_file(struct buf *b, const char *name, const char *text);
/* The two empty blocks. */
void tar_build_end(struct buf *b);

struct tar_build_source {
	const unsigned char *data;
	size_t len, at;
	size_t piece; /* bytes at a time */
};
/* @s must stay where it is. */
struct tar_source tar_build_source(struct tar_build_source *s);
