/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Questions whose answer is not here, on their way to other name servers: each by a socket and with an id of its own, so
 * that a forged answer has two random numbers to guess (RFC 5452). Runs in the network's name server.
 */
#include "network/dns_names.h"

struct loop;
struct dns_forward;

struct dns_forward_request {
	struct loop *loop;
	const uint8_t *query; /* copied */
	size_t len;
	const struct dns_question *question; /* copied */
	const struct address *servers;       /* asked in this order, twice; copied */
	size_t server_count;                 /* 1 to DNS_SERVERS_MAX */
	bool tcp;
	/* Called once, with the answer under the asker's own id (may be written to), or NULL when no server gave one. */
	void (*done)(void *data, uint8_t *answer, size_t len);
	void *data;
};

/* NULL when too many are on their way: done is not called. */
struct dns_forward *dns_forward_start(const struct dns_forward_request *request);
/* Forgets it; done is not called. */
void dns_forward_cancel(struct dns_forward *f);
/* The servers of resolv.conf(5) text, at most DNS_SERVERS_MAX; returns how many. */
size_t dns_servers_parse(char *text, struct address ret[DNS_SERVERS_MAX]);
