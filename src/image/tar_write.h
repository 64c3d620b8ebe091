/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From entries to the headers of a tar archive: POSIX ustar, with pax records (POSIX.1-2017) for what ustar has no room
 * for: long names, large numbers, fractions of a second, extended attributes (SCHILY.xattr.*), holes (GNU.sparse.* 1.0). The
 * same entry always gives the same bytes: no user names, no time of writing. Pure: bytes into a buf. Runs in hoy-unpack.
 */
#include "base/buf.h"
#include "image/tar_header.h"
#include "image/tar_read.h"

/*
 * Appends all that comes before the data of @e. Names are written as they are: a directory's ends with a slash. @map has
 * the pieces that hold data, in order, when @e->sparse; otherwise it is not looked at. Returns how many bytes of data are
 * to follow, which the caller pads to whole blocks.
 */
uint64_t tar_write_header(struct buf *out, const struct tar_entry *e, const struct tar_sparse *map);
/* Zeros up to the next block, behind @len bytes of data. */
void tar_write_padding(struct buf *out, uint64_t len);
/* The two empty blocks that end an archive. */
void tar_write_end(struct buf *out);
