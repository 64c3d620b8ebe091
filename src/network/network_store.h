/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Networks on disk. What a network is, outlives the machine's power; what is true only while containers run, does not:
 *
 *	ROOT/networks/NAME                    the network, in the members of Docker's inspect; made with O_EXCL: that is the name
 *	RUNROOT/networks/lock                 shared by who changes one element of the firewall, exclusive for all of it
 *(firewall.h) RUNROOT/networks/NAME/leases/ADDRESS  a symlink to the id of the container that has the address (lease.h)
 *	RUNROOT/networks/NAME/endpoints/ID    the container's place in the network: its names, addresses and ports (endpoint.h)
 *
 * Readers take no lock. Command process and monitor.
 */
#include "network/network.h"

/* Where networks lie. Both absolute, borrowed. */
struct network_home {
	const char *root, *runroot;
};

/* Reads the network of this name. -ENOENT without words. */
int network_read(const struct network_home *home, const char *name, struct network *ret);
/* The same of what a user typed: a name, an id, or the first digits of one. -ENOENT with Docker's words. */
int network_find(const struct network_home *home, const char *name_or_id, struct network *ret);
/* Calls @visit with each network, in no order, until it returns non-zero, and returns that. What cannot be read is left out. */
int network_each(const struct network_home *home, int (*visit)(const struct network *n, void *data), void *data);
/* Puts it on disk. -EEXIST with Docker's words when the name is taken. */
int network_write(const struct network_home *home, const struct network *n);
/* Takes it from the disk, with its volatile directory. */
int network_erase(const struct network_home *home, const char *name);
/* The volatile directory @what ("leases", "endpoints") of a network, made where it is missing; a descriptor. */
int network_open_running(const struct network_home *home, const char *name, const char *what);
/* The lock under which a new network chooses its addresses: a descriptor, closed to let it go. */
int network_lock(const struct network_home *home);
