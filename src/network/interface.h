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
/* The default route through @gateway. One that is there is -EEXIST. */
void interface_add_default_route(struct netlink *n, const char *where, const char *name, int index, const struct address *gateway);
void interface_set_up(struct netlink *n, const char *where, const char *name, int index, const char *why);
void interface_set_master(struct netlink *n, const char *name, int index, const char *master, int master_index);
/* One that is gone is fine. */
void interface_remove(struct netlink *n, const char *name, int index, const char *why);
/* A message about a link of the kind @kind begins; its IFLA_LINKINFO and the message are the caller's to end. */
size_t interface_begin_kind(struct netlink *n, const char *kind);
