/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Interfaces, in the words of rtnetlink: what bridge.h and veth.h have in common. Each function adds one message, which is a
 * step, to a batch (kernel/netlink.h). @where is what explain shows in front of the command: "" on the host, "nsenter … " in
 * a container.
 */
#include "kernel/netlink.h"
#include "network/address.h"

#include <stdbool.h>

/* The number of an interface in the network namespace of this socket, or -ENODEV (no words). */
int interface_index(const struct netlink *n, const char *name);
/* It is up, in the caller's network namespace, and its first IPv4 address is this one. */
bool interface_is_ready(const char *name, const struct address *a);
/* An address with the length of its prefix. One that is there is fine. */
void interface_add_address(struct netlink *n, const char *where, const char *name, int index, const struct address *a,
			   unsigned int prefix, const char *why);
/* The default route through @gateway, in place of one that is there. */
void interface_set_default_route(struct netlink *n, const char *where, const char *name, int index, const struct address *gateway);
/* The address is at @mac, whatever anybody on the link says; and it is no more. */
void interface_pin_address(struct netlink *n, const char *name, int index, const struct address *a, const uint8_t mac[MAC_SIZE]);
void interface_unpin_address(struct netlink *n, const char *name, int index, const struct address *a);
/* The bridge finds @mac behind this port of it, whoever else sends with it (NTF_STICKY, Linux 5.0). */
void interface_pin_mac(struct netlink *n, const char *name, int index, const uint8_t mac[MAC_SIZE]);
void interface_set_up(struct netlink *n, const char *where, const char *name, int index, const char *why);
void interface_set_master(struct netlink *n, const char *name, int index, const char *master, int master_index);
/* One that is gone is fine. */
void interface_remove(struct netlink *n, const char *name, int index, const char *why);
/* A container's network namespace, as seen from the process that works on it. */
struct interface_place {
	int netns;            /* the namespace; borrowed */
	struct netlink route; /* a socket in it */
	const char *where;    /* what explain shows in front of commands there */
};

#define INTERFACE_PLACE_NONE ((struct interface_place){ .netns = -1, .route = NETLINK_NONE, .where = "" })

/* What makes the interface that is being created one of the container's: its name, its address, its namespace. @mtu 0: the default.
 */
void interface_put_inside(struct netlink *host, const struct interface_place *p, const char *name, const uint8_t mac[MAC_SIZE],
			  uint32_t mtu);
/* A message about a link of the kind @kind begins; its IFLA_LINKINFO and the message are the caller's to end. */
size_t interface_begin_kind(struct netlink *n, const char *kind);
