/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The headers of an HTTP answer that a puller needs. Process: hoy-transfer. */
#include <stddef.h>
#include <stdint.h>

struct headers {
	char *type, *digest, *link; /* Content-Type, Docker-Content-Digest, Link; NULL where missing */
	char *authenticate;         /* all of WWW-Authenticate, joined */
	int64_t range_start;        /* of Content-Range, -1 where missing or not readable */
	int64_t after;              /* Retry-After in seconds, 0 where missing */
	size_t total;               /* bytes seen */
};

/* Takes one line as libcurl hands it over; a status line starts over. -E2BIG with words when all are over @max bytes. */
int headers_add(struct headers *h, const char *line, size_t len, size_t max);
void headers_release(struct headers *h);
