/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Endpoints: a container's place in a network, while it runs. RUNROOT/networks/NETWORK/endpoints/ID, where ID is the
 * container's (64 hex digits), is written beside its place (ID.….tmp: a name of another length) and renamed into it, and
 * removed before the addresses are given to anybody else; so the directory is at each moment who can be reached in the
 * network, and whoever watches it (inotify: IN_MOVED_TO, IN_DELETE) misses nothing. It is text, a line a fact, a word that
 * says which, a blank, and the rest:
 *
 *	name web                       its name
 *	hostname 3f2a9c41d2b0
 *	alias db                       as many as there are: other names that it has in this network alone
 *	address 172.18.0.2/16          at most one of each family, with the length of the subnet's prefix
 *	address fd41:9e0c:1::2/64
 *	mac 02:42:ac:12:00:02
 *	interface eth0                 in the container
 *	link veth3f2a9c41d             on the host; of a macvlan: a further name in the container
 *	bridge hoy0                    what that is plugged into
 *	macvlan 3                      it is one, in the network namespace that the host's knows by this number
 *	alias-of my-db db              what it, and nobody else, calls the other container "db"
 *	nameserver 192.0.2.1           who answers its questions for names outside, in place of the host's servers
 *	internal                       the network leads nowhere: names of the outside are not resolved for who is in no other one
 *	direct tcp 172.18.0.2 80       a port that is published at its own address (network_routes)
 *	publish tcp 0.0.0.0 8080 80    protocol, address ("::" too) and port on the host, port of the container
 *
 * A container is found by its name, its aliases, its host name, and the first 12 digits of its id (dns_names.h). On the network
 *"bridge" names are not resolved (as Docker's); there the record is for ports and addresses alone. Names are without blanks and
 *control characters: network_check_alias. Readers take no lock, and pass over words that they do not know.
 */
#include "network/network_store.h"
#include "network/publish.h"

#define ENDPOINT_ID_MAX 65 /* 64 hex digits and a NUL */

struct endpoint {
	char id[ENDPOINT_ID_MAX]; /* the container's */
	char *name, *hostname;
	struct strv aliases;
	struct address addresses[NETWORK_FAMILIES];
	unsigned int prefixes[NETWORK_FAMILIES];
	uint8_t mac[MAC_SIZE];
	char interface[NETWORK_INTERFACE_MAX], link[NETWORK_INTERFACE_MAX], bridge[NETWORK_INTERFACE_MAX];
	struct strv links;   /* ALIAS=NAME */
	struct strv servers; /* addresses: --dns */
	bool internal;
	bool macvlan;
	uint32_t nsid;              /* of macvlan */
	struct publishes direct;    /* host is the container's address, first and last are 0 */
	struct publishes published; /* first and last are the port that it became */
};

#define autoendpoint __attribute__((cleanup(endpoint_release))) struct endpoint

void endpoint_release(struct endpoint *e);
/* Puts it in its place, in place of one that is there. */
int endpoint_write(const struct network_home *home, const char *network, const struct endpoint *e);
/* -ENOENT without words. */
int endpoint_read(const struct network_home *home, const char *network, const char *id, struct endpoint *ret);
void endpoint_remove(const struct network_home *home, const char *network, const char *id);
/* Calls @visit with each until it returns non-zero, and returns that. What vanishes meanwhile is left out. */
int endpoint_each(const struct network_home *home, const char *network, int (*visit)(const struct endpoint *e, void *data),
		  void *data);
/* The same of an open directory "endpoints": for the name server, which can open nothing by its path. */
int endpoint_each_at(int dir, int (*visit)(const struct endpoint *e, void *data), void *data);
