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
		int protocol;
		uint16_t at;   /* the port of the host */
		uint16_t port; /* of the container */
	} * listeners;
	size_t listener_count;
	/* in ports_bind alone */
	const struct ports *had;
	const struct address *refused; /* the address that could not be had */
	pid_t relay;                   /* who serves the listeners (relay.h), a child; 0: nobody */
};

/* Nothing is held any more when it returns. */
void ports_release(struct ports *p);
/* The same, but which ports they were is remembered: they are the first choice of a later ports_bind. */
void ports_free(struct ports *p);
/*
 * Binds what is @wanted. Where no address is said it is @preset, or when that is of no family every address, of the families
 * that the container has (@families: NETWORK_IPV4, NETWORK_IPV6). -EADDRINUSE in Docker's words when one is taken. On failure
 * nothing is held.
 *
 * @had: the container's ports until now, on another network, or NULL; nobody serves them (ports_unlisten). What it has is shared,
 * so that nobody else can have it in between, and a free port is chosen once; it is the caller's to release.
 */
int ports_bind(const struct publishes *wanted, const struct address *preset, const bool *families, const struct ports *had,
	       struct ports *ret);
/*
 * The socket of published port @i, or one more at the same port of [::1] when @loopback, is ready to be served: it listens, or, of
 * UDP, says with each datagram to which address it was sent.
 */
int ports_listen(struct ports *p, size_t i, bool loopback);
/* The reverse for all of them, when the relay is gone, which it ends: the ports stay held. */
void ports_unlisten(struct ports *p);
/* What such a socket, or one that carries on what comes to it, is to be before it listens or connects. -errno without words. */
int port_prepare(int fd, int protocol);
