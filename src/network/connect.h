/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A container comes into a network and leaves it. Coming is: the network's bridge and firewall are seen to, addresses are
 * leased, ports of the host bound, the interface made, the endpoint written, and its ports published. What of that outlives
 * processes is found again by the names of network and container alone: whoever connects has written both down where it
 * survives SIGKILL (the undo journal). Monitor, and the command for `network connect`.
 */
#include "network/endpoint.h"
#include "network/port.h"

struct connection {
	const struct network *network;
	const char *id, *name, *hostname;
	const struct strv *aliases, *servers;    /* NULL: none */
	const struct strv *links;                /* ALIAS=NAME; NULL: none */
	struct address wanted[NETWORK_FAMILIES]; /* of no family: any */
	const struct strv *link_local;           /* more addresses; NULL: none */
	const char *interface;                   /* its name in the container; NULL: chosen */
	const char *sysctls;                     /* its parameters (interface_sysctl.h); NULL: none */
	const uint8_t *mac;                      /* NULL: one of the address */
	const struct publishes *ports;           /* what it publishes; NULL: nothing */
	bool gateway;                            /* its default route leads through this network, and so do its ports */
	int netns;                               /* the container's network namespace; borrowed */
};

/*
 * Connects. *@ret is what became of it; *@ret_ports must be kept while the container runs. On failure the caller disconnects.
 */
int connect_container(const struct network_home *home, const struct connection *c, struct endpoint *ret, struct ports *ret_ports);
/* The network's own: bridge and firewall are seen to, nobody is connected. */
int connect_prepare(const struct network_home *home, const struct network *n);
/*
 * Takes back what outlives the container: published ports, the endpoint, the addresses. What is not there is fine. When the
 * ports could not be taken back the rest stays, too, so that the next one who tries finds them.
 */
int connect_undo(const struct network_home *home, const char *network, const char *id);
/* The same, and takes the interface out of the running container. -ENOENT without words when it is not in this network. */
int connect_leave(const struct network_home *home, const struct network *n, const char *id, int netns);
/* The running container's default routes lead through this network from now on. -ENOENT without words: it is not in it. */
int connect_lead_out(const struct network_home *home, const struct network *n, const char *id, int netns);
