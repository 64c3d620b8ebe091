/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a network is, as a value: its addresses, its driver, what its options say. Where networks lie on disk is
 * network_store.h. The network "bridge" is the one that containers are in when nobody says otherwise; it, "host" and "none"
 * are there from the start.
 */
#include "base/strv.h"
#include "network/address.h"

#include <stdbool.h>
#include <stdint.h>

#define NETWORK_ID_MAX        65 /* 64 hex digits and a NUL */
#define NETWORK_INTERFACE_MAX 16 /* IFNAMSIZ */
#define NETWORK_DEFAULT       "bridge"

enum network_driver {
	NETWORK_BRIDGE,  /* a switch of its own, and the host routes for it */
	NETWORK_MACVLAN, /* its containers are neighbours on the network of an interface of the host */
	NETWORK_NULL,    /* no interface but loopback */
	NETWORK_HOST,    /* the host's own: the predefined "host" alone */
	NETWORK_DRIVER_COUNT,
};

enum { NETWORK_IPV4, NETWORK_IPV6, NETWORK_FAMILIES };

/* Its addresses in one family. */
struct network_pool {
	struct subnet subnet; /* prefix 0 of no family: the network has none of it */
	struct address gateway;
	struct subnet range; /* what is handed out, of no family: all of the subnet */
};

struct network {
	char *name;
	char id[NETWORK_ID_MAX];
	enum network_driver driver;
	int64_t created; /* nanoseconds since 1970 */
	bool internal;   /* nothing outside can be reached from it, and it from nowhere */
	bool attachable;
	bool config_only;  /* it is there for others to be made like it, and no container can be in it */
	char *config_from; /* the one of that kind that it was made like, or NULL */
	bool wants[2];     /* of config_only: --ipv4 and --ipv6, by family */
	bool addressless;  /* IPAM driver null: its containers get no addresses */
	struct network_pool pools[NETWORK_FAMILIES];
	struct strv auxiliary; /* NAME=ADDRESS that are never handed out */
	struct strv options;   /* KEY=VALUE, as they were given */
	struct strv labels;    /* KEY=VALUE */
};

#define autonetwork __attribute__((cleanup(network_release))) struct network

void network_release(struct network *n);
const char *network_driver_name(enum network_driver driver);
/* -EINVAL with words. "none" and "null" are the same. */
int network_driver_parse(const char *name, enum network_driver *ret);
bool network_has(const struct network *n, int family);
/* bridge, host or none. */
bool network_is_predefined(const char *name);
/* [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most 255 bytes. -EINVAL with words. */
int network_check_name(const char *name);
/* A name of an interface: what the kernel takes (dev_valid_name), and no words of a shell. */
bool network_is_interface(const char *name);
/* A further name of a container: letters, digits, '-', '_' and '.', at most 253. -EINVAL with words. */
int network_check_alias(const char *name);
