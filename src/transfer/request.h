/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One request as the parent sends it (the wire: image/transfer.h). Process: hoy-transfer. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request {
	uint32_t id;
	char *url, *accept, *scope; /* scope may be "", never NULL */
	char *user, *password, *identity;
	bool head, insecure;
	int64_t offset, size, limit;
	int fd;
};

/* Parses the message; takes @fd over (-1: none), also on failure. -EINVAL with words. */
int request_parse(const char *text, size_t len, int fd, struct request *ret);
void request_release(struct request *r);
