/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * gzip as a stream, for layers that hoy makes. The same input always gives the same bytes: no name and no time in the header.
 * Only in hoy-unpack.
 */
#include "base/buf.h"

#include <stdbool.h>

struct compress;

int compress_new(struct compress **ret);
void compress_free(struct compress **c);
/* Appends to @out what there is of it now; all of it with @end. Returns 0, or -EIO with words. */
int compress_run(struct compress *c, const void *data, size_t len, bool end, struct buf *out);
