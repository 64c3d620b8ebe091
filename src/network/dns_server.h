/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The name server of one network: a process of its own, forked by whoever connects the network's first container, in a cage
 * (kernel/sandbox.h), gone with the last one. It listens on the network's gateway, and not to what comes in by another
 * network's bridge. Its sockets stay the same for as long as it runs: names
 * change in a directory (endpoint.h) that it watches.
 */
#include "network/dns_names.h"

#define DNS_GATEWAYS_MAX 2

struct dns_server_options {
	const char *network;   /* its name, in lower case */
	const char *interface; /* the bridge */
	struct address gateways[DNS_GATEWAYS_MAX];
	size_t gateway_count;
	bool internal; /* nothing outside is resolved */
	bool alone;    /* nor names of other networks: see dns_zone.h */
	/* what dns.c fills in */
	int lock, gate; /* the one held while it serves; the other closed while it leaves */
	int names_dir;  /* "endpoints" */
	int networks;   /* RUNROOT/networks */
};

/* A name is left. */
bool dns_server_needed(int names_dir);

/* The listening sockets: UDP and TCP on port 53 of each gateway. */
struct dns_sockets {
	int fds[2 * DNS_GATEWAYS_MAX];
	size_t count;
};
void dns_sockets_close(struct dns_sockets *s);
/* Opens them; the addresses must be there. -EADDRINUSE has a hint. */
int dns_sockets_open(const struct dns_server_options *o, struct dns_sockets *ret);
/*
 * Serves until the directory of names is empty, then returns 0; or a negative errno with words. Watches the directory from
 * the first moment on, so that no name is missed. Call sandbox_name_server before.
 */
int dns_server_run(const struct dns_server_options *o, const struct dns_sockets *sockets, int inotify);
