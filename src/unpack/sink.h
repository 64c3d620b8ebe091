/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An archive on its way out: hashed, compressed, hashed and written, or only written. */
#include "base/buf.h"
#include "unpack/stream.h"

#include <stdbool.h>

struct sink;

/* @fd is used, not owned. With @layer it is compressed with gzip and both sums are made, otherwise neither. */
int sink_new(int fd, bool layer, struct sink **ret);
void sink_free(struct sink **s);
/* -errno with words; -EPIPE when the reader is gone. */
int sink_write(struct sink *s, const void *data, size_t len);
/* Writes what is held back. @ret: of what was written (without @layer its digests are ""). */
int sink_finish(struct sink *s, struct stream_sums *ret);
