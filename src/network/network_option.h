/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What --opt of `network create` means. One table says which options there are, for which driver, and what their values may
 * be: an option that is not in it is refused, none is ignored.
 */
#include "network/network.h"

/* The value that was given, or NULL. */
const char *network_option(const struct network *n, const char *key);
/* All of them are known and good. -EINVAL with words. */
int network_option_check(const struct network *n);

/* What a true-or-false option says, or @preset. */
bool network_enables(const struct network *n, const char *key, bool preset);
/* Bytes of a packet; 0: the kernel's default. */
uint32_t network_mtu(const struct network *n);
/* Containers of this network may talk to each other. */
bool network_connects(const struct network *n);
/* Other networks of hoy cannot reach its containers. */
bool network_isolates(const struct network *n);
/* What its containers send to the outside gets the host's address. */
bool network_masquerades(const struct network *n);
/* The gateway mode "routed" of a family: others reach its containers by their own addresses, at the ports that are published. */
bool network_routes(const struct network *n, int family);
/* The gateway mode "nat-unprotected": hosts that have a route to its containers reach all of their ports. */
bool network_unprotected(const struct network *n, int family);
/* The gateway mode "isolated", of an internal network: the host has no address in it. */
bool network_hides_host(const struct network *n, int family);
/* It is so in each of its families. */
bool network_is_hostless(const struct network *n);
/*
 * Where names are answered in a family: at its gateway. Where the host has no address in any, at the first address of the subnet
 * that is nobody's (dns_apart.h). Of no family where they are not.
 */
struct address network_server(const struct network *n, int family);
/* The address of the host that ports are published on when nobody says one; of no family: all. */
struct address network_publish_address(const struct network *n);
/* "eth" unless somebody wants another name for interfaces in its containers. */
const char *network_interface_prefix(const struct network *n);
/* MACVLAN_MODE_*. */
uint32_t network_macvlan_mode(const struct network *n);

/* Its interface on the host in @text, which it returns: the bridge, or the parent of a macvlan. */
const char *network_interface(const struct network *n, char text[NETWORK_INTERFACE_MAX]);
