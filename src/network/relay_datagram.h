/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * UDP to published ports, carried by the relay (relay.h). Each client (an address and port, and which address of the host it talks
 * to) has a socket of its own to the container, so that its answers find back to it; they leave from the address that it talks to.
 * A client of which, and for which, nothing came for a while is forgotten; when there are too many, the one that was silent for
 * longest. Datagrams are passed on whole, the empty ones, too. That nobody listens in the container (ICMP) ends nothing: it may
 * begin to.
 */
#include "base/loop.h"
#include "network/port.h"

#include <netinet/in.h>

#define RELAY_CLIENTS_MAX 256

struct relay_client {
	int listener;
	int fd;                   /* connected to the container */
	struct sockaddr_in6 from; /* the client */
	struct in6_addr at;       /* where it sends to */
	uint32_t interface;       /* of an address that is one interface's alone; else 0 */
	int64_t last;             /* nanoseconds (clock.h): when something came last, from either side */
};

struct relay_datagrams {
	struct loop *loop;
	const struct address *to; /* the container's */
	int64_t idle_ms;          /* how long a silent client is remembered */
	bool forgetting;          /* a timer for it is set */
	size_t count;
	struct relay_client clients[RELAY_CLIENTS_MAX];
};

/* Takes what came to a listener on. 0, or -errno of the loop. */
int relay_datagram_receive(struct relay_datagrams *d, const struct port_listener *l);
