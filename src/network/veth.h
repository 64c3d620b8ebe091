/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The interface of a container: one end of a virtual cable whose other end is in the network's bridge (veth), or a second
 * face of an interface of the host (macvlan). Both ends are made where they belong by one message; when the container's
 * network namespace ends, the kernel takes them away.
 */
#include "network/endpoint.h"
#include "network/interface.h"

/*
 * Opens a socket in the namespace @netns and tells it, before an interface of the network @n comes, what to do with IPv6. The
 * caller is in its own namespace again afterwards; if that cannot be, the process ends.
 */
int veth_enter(int netns, const struct network *n, struct interface_place *ret);
void veth_leave(struct interface_place *p);
/* @e gets the first name that is free inside, unless it has one, and one for the other end that nobody else thinks of. */
int veth_choose_names(const struct network *n, struct interface_place *p, struct endpoint *e);
/*
 * Makes the interface of these names, brings it up, gives it the endpoint's addresses and, when @gateway, the default route. A
 * macvlan's @e gets what it is found by on the host. @host is a socket on the host, @bridge the index of the bridge.
 * Who has no id is the network's name server: all its containers talk to it.
 */
int veth_plug(const struct network *n, struct netlink *host, int bridge, struct interface_place *p, struct endpoint *e,
	      bool gateway);
/* The container's default routes lead through this network from now on, if it has gateways and an outside. */
int veth_lead_out(const struct network *n, struct interface_place *p, const struct endpoint *e);
/*
 * Its place is its own: packets of the host for the endpoint's addresses go to its MAC address, and that one is where its cable is
 * plugged in, whatever its neighbours send. So nobody hears answers to questions that he asked the name server, or sees what
 * comes by published ports, in another's name. Of who has no id, the name server, the latter alone. Added to the batch.
 */
void veth_pin(const struct network *n, struct netlink *host, int bridge, const struct endpoint *e);
/* Where bridged packets pass the firewall: a container that came to publish ports may call itself by them. */
int veth_allow_own_ports(const struct endpoint *e);
/* Takes the interface of @e away, from inside the container. */
int veth_unplug(struct interface_place *p, const struct endpoint *e);
/*
 * The host's end of an endpoint's cable goes down, for good: before its addresses are given to somebody else. The kernel keeps
 * a network namespace for as long as connections of processes that are gone linger in it (a minute or two), and until then it
 * would answer for its address. Down costs nothing, deleting would cost 20 ms. One that is gone is fine; errors are warnings.
 */
void veth_cut(const struct endpoint *e);
