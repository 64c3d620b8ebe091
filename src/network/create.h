/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Making and removing networks. Command process. */
#include "network/network_store.h"

/*
 * Completes the network @n, which has what the user said (a name, a driver, options, subnets, gateways, ranges), checks it,
 * and puts it on disk. @wanted: the families (NETWORK_IPV4, NETWORK_IPV6) of which it gets a pool when none was said. -EINVAL,
 * -EEXIST with Docker's words.
 */
int create_network(const struct network_home *home, const bool *wanted, struct network *n);
/* Sees to it that "bridge", "host" and "none" are there. */
int create_predefined(const struct network_home *home);
/* Reads it; "bridge", "host" and "none" are made when they are missing. -ENOENT with Docker's words. */
int create_or_find(const struct network_home *home, const char *name_or_id, struct network *ret);
/*
 * Removes a network: its bridge, its part of the firewall, and what is on disk. -EBUSY with Docker's words while a container is
 * in it, -EPERM when it is predefined.
 */
int create_remove(const struct network_home *home, const struct network *n);
