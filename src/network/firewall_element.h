/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a network and a container are in the sets and maps of hoy's nftables table. Each adds to the transaction that @n is in,
 * or takes away from the table in it.
 */
#include "kernel/netlink.h"
#include "network/endpoint.h"
#include "network/network.h"

#include <stdbool.h>

void firewall_interface(struct netlink *n, const char *table, const char *set, const char *name, bool add);
void firewall_network(struct netlink *n, const char *table, const struct network *net, bool add);
/* All published ports of a container, at the host's addresses and, where it is routed, at its own. */
void firewall_ports(struct netlink *n, const char *table, const struct endpoint *e, bool add);
/* A container with published ports may call itself by them. */
void firewall_self(struct netlink *n, const char *table, const struct endpoint *e, bool add);
