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

/* Starts the threads on @fd; more than @max_size bytes coming out are refused. */
int stream_start(int fd, uint64_t max_size, struct stream **ret);
struct tar_source stream_source(struct stream *s);
/* After the source has reported its end: waits for the sums. */
int stream_finish(struct stream *s, struct stream_sums *ret);
