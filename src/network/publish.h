/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Published ports: what -p and --expose mean. Pure text and numbers: which port of the host it really becomes is decided when
 * the container starts (port.h).
 */
#include "network/address.h"

#include <stddef.h>

/* One port of the container, and where on the host it is to be reached. */
struct publish {
	int protocol;         /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP */
	uint16_t port;        /* of the container */
	struct address host;  /* of no family: the default */
	uint16_t first, last; /* on the host: one of these; 0: any that is free */
};

struct publishes {
	struct publish *items;
	size_t count;
};

void publishes_release(struct publishes *p);
void publishes_add(struct publishes *p, const struct publish *one);
/*
 * -p [[ADDRESS:][HOST[-HOST]]:]PORT[-PORT][/PROTOCOL]: appended, one for each port of the container. -EINVAL with Docker's
 * words.
 */
int publish_parse(const char *text, struct publishes *ret);
/* --expose PORT[-PORT][/PROTOCOL], and the keys of an image's ExposedPorts. */
int publish_parse_exposed(const char *text, struct publishes *ret);
/* "tcp", "udp", "sctp". */
const char *publish_protocol(int protocol);
/* -EINVAL without words. */
int publish_protocol_parse(const char *name, int *ret);
