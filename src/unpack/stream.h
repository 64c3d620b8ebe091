/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The layer on its way in: one thread reads, hashes and decompresses, one hashes what came out, and the caller's thread
 * takes it from a ring of buffers as a tar_source. Nothing is copied between them. The threads live until the process
 * ends.
 */
#include "image/tar_read.h"

#include <stdint.h>

struct stream;

struct stream_sums {
	char digest[72];  /* "sha256:…" of what was read */
	char diff_id[72]; /* of what came out */
	uint64_t read;    /* bytes */
	uint64_t size;    /* bytes that came out */
};

struct stream_limits {
	uint64_t size; /* bytes that may come out */
	/*
	 * A bomb: from this size on, no honest layer is so repetitive. deflate reaches 1030, zstd far more; below the size
	 * the limit on the whole is enough.
	 */
	uint64_t bomb_size, bomb_ratio;
};
#define STREAM_BOMB_SIZE  (UINT64_C(4) << 30)
#define STREAM_BOMB_RATIO 500

/* Starts the threads on @fd. Beyond a limit the source gives -EFBIG. */
int stream_start(int fd, const struct stream_limits *limits, struct stream **ret);
struct tar_source stream_source(struct stream *s);
/* After the source has reported its end: waits for the sums. */
int stream_finish(struct stream *s, struct stream_sums *ret);
