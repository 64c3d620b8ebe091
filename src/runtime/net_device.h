/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * linux.netDevices (runtime-spec 1.3.0): interfaces of the runtime's network namespace that move into the container's, with
 * their permanent global addresses, perhaps under another name, and are up there. Runs in the parent's half, between clone
 * and the hooks. What happens to them when the namespace ends is the kernel's doing (network_namespaces(7)).
 */
#include "runtime/spec.h"

struct net_address; /* net_device.c */

struct net_device {
	const struct spec_net_device *spec;
	int index;  /* in the runtime's namespace, before */
	int inside; /* in the container's, once it is there; 0 before */
	bool was_up;
	struct net_address *addresses;
	size_t address_count;
};

struct net_devices {
	struct net_device *items;
	size_t count;
	int home, container; /* descriptors of the two namespaces */
};
#define NET_DEVICES_NONE ((struct net_devices){ .home = -1, .container = -1 })

/*
 * Moves all of them into the namespace that @container is (borrowed as long as @ret is used). On failure those that were moved
 * are back. Words name the property. @ret, NET_DEVICES_NONE before, is for net_devices_return.
 */
int net_devices_move(const struct spec_net_devices *spec, int container, struct net_devices *ret);
/* Moves them back, as well as it can: their addresses return, routes do not. */
void net_devices_return(struct net_devices *devices);
void net_devices_release(struct net_devices *devices);
