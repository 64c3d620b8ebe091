/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parent of a macvlan network may be a VLAN of an interface of the host, said as INTERFACE.NUMBER: hoy makes it, as Docker
 * does, when the first container comes, and removes what it made with the last network on it. Which those are is written on
 * them (their alias). Command and monitor.
 */
#include "kernel/netlink.h"
#include "network/network_store.h"

/* @name says one, and the interface that it is to be on is there. */
bool vlan_is_possible(const struct netlink *host, const char *name);
/* Makes it. One that is there is fine. -ENODEV without words when the name says none. */
int vlan_make(struct netlink *host, const char *name);
/* Removes the parent of the network @n, which is about to go, if hoy made it and no other network is on it. */
int vlan_remove(const struct network_home *home, const struct network *n);
