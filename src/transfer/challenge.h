/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * WWW-Authenticate: what a registry wants to see before it serves (RFC 9110 11.6.1, distribution's token.md). Process:
 * hoy-transfer.
 */
#include <stdbool.h>

enum challenge_scheme { CHALLENGE_NONE, CHALLENGE_BASIC, CHALLENGE_BEARER };

struct challenge {
	enum challenge_scheme scheme;
	char *realm, *service, *scope; /* of Bearer, each may be NULL */
};

/*
 * Reads one header's value. Of several challenges the first Bearer is taken, else Basic; schemes nobody knows are passed
 * over. Returns 0 or -EINVAL without words when a challenge cannot be read.
 */
int challenge_parse(const char *value, struct challenge *ret);
void challenge_release(struct challenge *c);
