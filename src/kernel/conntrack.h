/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the kernel remembers of flows, over netlink.h (NETLINK_NETFILTER). */
#include "kernel/netlink.h"

/*
 * Forgets the UDP flows to @port: one that goes on since before a port was published, or since an earlier container had it, would
 * else never be led anew. @family: AF_INET or AF_INET6. Linux 5.8; none is fine. A message of its own, not part of an nftables
 * batch.
 */
void conntrack_forget_udp(struct netlink *n, uint8_t family, uint16_t port);
/*
 * Forgets the UDP flows that are led to a container's address: nobody sends to who has the address next without a port of its
 * own. The same in the rest.
 */
void conntrack_forget_udp_to(struct netlink *n, uint8_t family, const uint8_t *address);
