/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the kernel remembers of UDP flows, over netlink.h (NETLINK_NETFILTER). A connection begins anew by itself; UDP knows none,
 * and who goes on sending is led where he was led before, whatever is published since. Each function looks which flows there are,
 * and forgets them one by one: from Linux 6.11 on the kernel could do that in one message. None is fine; -errno with words.
 */
#include "kernel/netlink.h"

/* Those that go to @port, since before it was published, or since an earlier container had it. @family: AF_INET or AF_INET6. */
int conntrack_forget_port(struct netlink *n, uint8_t family, uint16_t port);
/* Those that are led to a container's address. */
int conntrack_forget_address(struct netlink *n, uint8_t family, const uint8_t *address);
