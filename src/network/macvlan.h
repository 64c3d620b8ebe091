/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A second face of an interface of the host, in a container. It has no other end on the host: it is found again, when the
 * container is gone and connections that linger keep its namespace (veth.h), by the number that the host's namespace has for
 * that one, and a further name that nobody else has. Monitor, and the command for `network connect`.
 */
#include "network/endpoint.h"
#include "network/interface.h"

/* Makes it in the container as @e->interface; @e gets what it is found by. */
int macvlan_create(const struct network *n, struct netlink *host, struct interface_place *p, struct endpoint *e);
/* Removes it, wherever its namespace is kept. One that is gone is fine; errors are warnings. */
void macvlan_cut(const struct endpoint *e);
