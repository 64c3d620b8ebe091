/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Published ports of a container where they lead: through the network that gives it its gateway, and from there to another one,
 * when that gives it from now on. The host's ports are the same afterwards, and at no moment anybody else's. Monitor.
 */
#include "network/endpoint.h"
#include "network/port.h"

/* Where the network routes: opened at the container's own addresses, whichever network is its gateway. */
void mapping_open(const struct network *n, const struct publishes *wanted, struct endpoint *e);
/*
 * Binds the ports of the host that lead through this network, none for one that nobody outside reaches. @had: see ports_bind.
 */
int mapping_bind(const struct network *n, const struct publishes *wanted, const struct ports *had, struct endpoint *e,
		 struct ports *ret);

struct mapping {
	const char *id;                 /* the container's */
	const struct publishes *wanted; /* all that it publishes */
	const char *from;               /* the network that they lead through, or NULL */
	const struct network *to;       /* and will, or NULL */
};
/*
 * Moves them; @ports are what was bound until now, and is then. On failure (a port that only the new network needs is somebody
 * else's) all is as it was. Who is killed in between has written down what there is, in one endpoint or in both.
 */
int mapping_move(const struct network_home *home, const struct mapping *m, struct ports *ports);
