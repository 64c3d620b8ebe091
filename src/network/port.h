/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Ports of the host that are published. Packets are led to the container by the firewall and never reach a socket, but a
 * socket is bound to each port for as long as the container runs: it is what refuses the port to other programs and other
 * containers, what chooses a free one, and what the kernel closes when the monitor is killed. Monitor.
 */
#include "network/publish.h"

#include <sys/types.h>

struct ports {
	struct publishes published; /* what they became: first is last, host is of the family */
	int *sockets;               /* one each, and those that ports_listen adds */
	size_t socket_count;
	struct port_listener {
		int fd; /* one of the sockets */
		uint16_t port;
	} * listeners;
	size_t listener_count;
	pid_t relay; /* who serves the listeners (relay.h), a child; 0: nobody */
};

/* Nothing is held any more when it returns. */
void ports_release(struct ports *p);
/*
 * Binds what is @wanted. Where no address is said it is @preset, or when that is of no family every address, of the families
 * that the container has (@families: NETWORK_IPV4, NETWORK_IPV6). -EADDRINUSE in Docker's words when one is taken. On failure
 * nothing is held.
 */
int ports_bind(const struct publishes *wanted, const struct address *preset, const bool *families, struct ports *ret);
/* The TCP socket of published port @i listens, or one beside it at [::1] when @loopback. */
int ports_listen(struct ports *p, size_t i, bool loopback);
