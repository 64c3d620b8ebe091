/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The body of an answer on its way into the descriptor that the parent handed over. Process: hoy-transfer. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body {
	int fd;         /* borrowed from the request */
	int64_t offset; /* where it was asked to go on */
	int64_t size;   /* of the whole, or -1 */
	int64_t limit;  /* of the whole */
	bool begun;
	int64_t have; /* bytes of the whole that are there */
};

/*
 * An answer of HTTP @status begins: 206 goes on at @range_start, 200 starts over. @announced: its Content-Length, or -1.
 * -EBADMSG or -EFBIG with words when it is not what was promised.
 */
int body_begin(struct body *b, long status, int64_t range_start, int64_t announced);
/* The next bytes. -EFBIG with words past the limit. */
int body_add(struct body *b, const char *data, size_t len);
/* It ended before all of it was there. */
bool body_is_short(const struct body *b);
