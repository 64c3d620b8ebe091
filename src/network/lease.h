/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Leases: which container has which address of a network. RUNROOT/networks/NAME/leases/ADDRESS is a symlink to the id of the
 * container; making it is one call that fails when somebody has the address, so two containers can never be given one, no
 * lock is needed, and it survives whatever crashes. The container's undo journal says that it may have leases before one is
 * made. Monitor, and the command for `network connect`.
 */
#include "network/network_store.h"

/*
 * Takes an address of the network's pool @family (NETWORK_IPV4, NETWORK_IPV6) for the container @id: @wanted, or when it is
 * NULL the lowest one that is free. With words: -EADDRINUSE when it is taken, -EINVAL when it is none of the network's,
 * -ENOSPC when all are taken.
 */
int lease_take(const struct network_home *home, const struct network *n, int family, const struct address *wanted, const char *id,
	       struct address *ret);
/* Gives an address back, if it is @id's. */
void lease_release(const struct network_home *home, const char *network, const struct address *a, const char *id);
/* Gives back all that @id has in this network. */
void lease_release_all(const struct network_home *home, const char *network, const char *id);
