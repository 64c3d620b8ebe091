/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The bridge of a network on the host: made by the first container that needs it, looked at by each, and repaired when
 * somebody changed it. It stays until the network is removed. The firewall's lock is held (firewall.h): its elements are there
 * before the bridge is, so that there is no moment without isolation.
 */
#include "kernel/netlink.h"
#include "network/network_store.h"

/* Sees to it that the bridge is there and up, with the gateway's addresses, and that the host forwards. Its index, or -errno. */
int bridge_ensure(const struct network_home *home, const struct network *n, struct netlink *route);
/* Removes it; a missing one is fine. */
int bridge_remove(const struct network *n, struct netlink *route);
