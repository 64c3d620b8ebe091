/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Connections to published ports, carried by the relay (relay.h): the bytes of TCP, where each way ends by itself, and the messages
 * of SCTP, which stay what they are (sctp.h) up to 64 KiB; longer ones arrive in pieces.
 */
#include "base/loop.h"
#include "network/port.h"

struct relay_streams {
	struct loop *loop;
	const struct address *to; /* the container's */
	unsigned int count;
};

/* Takes one that waits at a listener; one too many is closed. 0, or -errno of the loop. */
int relay_stream_accept(struct relay_streams *s, const struct port_listener *l);
