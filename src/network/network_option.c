/* SPDX-License-Identifier: Apache-2.0 */
#include "network/network_option.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MTU_MIN 68 /* RFC 791 */
#define MTU_MAX 65535

#define GATEWAY_MODES "nat, nat-unprotected, routed or isolated"

#define NAT_UNPROTECTED "nat-unprotected"
#define ROUTED          "routed"
#define ISOLATED        "isolated"

#define BRIDGE  (1U << NETWORK_BRIDGE)
#define MACVLAN (1U << NETWORK_MACVLAN)

static const struct {
	const char *name;
	uint32_t mode;
} modes[] = {
	{ "bridge", MACVLAN_MODE_BRIDGE },
	{ "private", MACVLAN_MODE_PRIVATE },
	{ "vepa", MACVLAN_MODE_VEPA },
	{ "passthru", MACVLAN_MODE_PASSTHRU },
};

static bool is_mtu(const char *value)
{
	uint32_t mtu;

	return number_u32(value, &mtu) == 0 && (mtu == 0 || (mtu >= MTU_MIN && mtu <= MTU_MAX));
}

static bool is_true(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

static bool is_bool(const char *value)
{
	return is_true(value) || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

static bool is_mode_of_gateway(const char *value)
{
	return strcmp(value, "nat") == 0 || strcmp(value, NAT_UNPROTECTED) == 0 || strcmp(value, ROUTED) == 0 ||
	       strcmp(value, ISOLATED) == 0;
}

static bool is_ipv4(const char *value)
{
	struct address a;

	return address_parse(value, &a) == 0 && a.family == AF_INET;
}

/* Room for a number behind it. */
static bool is_prefix(const char *value)
{
	return network_is_interface(value) && strlen(value) < NETWORK_INTERFACE_MAX - 3;
}

static bool is_mode(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (strcmp(value, modes[i].name) == 0)
			return true;
	return false;
}

static const struct {
	const char *key;
	unsigned int drivers;
	bool (*good)(const char *value);
	const char *wanted;
} options[] = {
	{ "com.docker.network.driver.mtu", BRIDGE | MACVLAN, is_mtu, "a number of bytes from 68 to 65535" },
	{ "mtu", BRIDGE | MACVLAN, is_mtu, "a number of bytes from 68 to 65535" },
	{ "com.docker.network.bridge.name", BRIDGE, network_is_interface, "the name of an interface" },
	{ "com.docker.network.bridge.enable_icc", BRIDGE, is_bool, "true or false" },
	{ "com.docker.network.bridge.enable_ip_masquerade", BRIDGE, is_bool, "true or false" },
	{ "com.docker.network.bridge.host_binding_ipv4", BRIDGE, is_ipv4, "an IPv4 address of the host" },
	{ "com.docker.network.bridge.default_bridge", BRIDGE, is_bool, "true or false" },
	{ "com.docker.network.bridge.gateway_mode_ipv4", BRIDGE, is_mode_of_gateway, GATEWAY_MODES },
	{ "com.docker.network.bridge.gateway_mode_ipv6", BRIDGE, is_mode_of_gateway, GATEWAY_MODES },
	{ "com.docker.network.container_iface_prefix", BRIDGE | MACVLAN, is_prefix, "the beginning of an interface's name" },
	{ "com.docker.network.enable_ipv4", BRIDGE | MACVLAN, is_bool, "true or false" },
	{ "com.docker.network.enable_ipv6", BRIDGE | MACVLAN, is_bool, "true or false" },
	{ "isolate", BRIDGE, is_bool, "true or false" },
	{ "parent", MACVLAN, network_is_interface, "the name of an interface" },
	{ "macvlan_mode", MACVLAN, is_mode, "bridge, private, vepa or passthru" },
};

const char *network_option(const struct network *n, const char *key)
{
	return strv_env_get(&n->options, key);
}

static int check_one(const struct network *n, const char *option)
{
	size_t len = strcspn(option, "=");
	const char *value = option[len] ? option + len + 1 : "";

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strlen(options[i].key) != len || strncmp(options[i].key, option, len) != 0)
			continue;
		if (!(options[i].drivers & 1U << n->driver))
			return fail(-EINVAL, "option %s is not one of driver %s", options[i].key, network_driver_name(n->driver));
		if (!options[i].good(value))
			return fail(-EINVAL, "option %s=%s: it must be %s", options[i].key, value, options[i].wanted);
		return 0;
	}
	return fail(-EINVAL, "unknown option %.*s", (int)len, option);
}

int network_option_check(const struct network *n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n->options.count; i++)
		r = check_one(n, n->options.items[i]);
	return r;
}

bool network_enables(const struct network *n, const char *key, bool preset)
{
	const char *value = network_option(n, key);

	return value ? is_true(value) : preset;
}

uint32_t network_mtu(const struct network *n)
{
	const char *value = network_option(n, "com.docker.network.driver.mtu");
	uint32_t mtu = 0;

	if (!value)
		value = network_option(n, "mtu");
	return value && number_u32(value, &mtu) == 0 ? mtu : 0;
}

bool network_connects(const struct network *n)
{
	return network_enables(n, "com.docker.network.bridge.enable_icc", true);
}

bool network_isolates(const struct network *n)
{
	return network_enables(n, "isolate", true);
}

bool network_masquerades(const struct network *n)
{
	return !n->internal && network_enables(n, "com.docker.network.bridge.enable_ip_masquerade", true);
}

static bool has_mode(const struct network *n, int family, const char *wanted)
{
	const char *mode = network_option(n, family == NETWORK_IPV6 ? "com.docker.network.bridge.gateway_mode_ipv6"
								    : "com.docker.network.bridge.gateway_mode_ipv4");

	return mode && strcmp(mode, wanted) == 0;
}

bool network_routes(const struct network *n, int family)
{
	return has_mode(n, family, ROUTED);
}

bool network_unprotected(const struct network *n, int family)
{
	return has_mode(n, family, NAT_UNPROTECTED);
}

bool network_hides_host(const struct network *n, int family)
{
	return has_mode(n, family, ISOLATED);
}

bool network_is_hostless(const struct network *n)
{
	for (int i = 0; i < NETWORK_FAMILIES; i++)
		if (network_has(n, i) && !network_hides_host(n, i))
			return false;
	return true;
}

static bool is_auxiliary(const struct network *n, const struct address *a)
{
	for (size_t i = 0; i < n->auxiliary.count; i++) {
		const char *text = strchr(n->auxiliary.items[i], '=');
		struct address one;

		if (text && address_parse(text + 1, &one) == 0 && address_equal(&one, a))
			return true;
	}
	return false;
}

struct address network_server(const struct network *n, int family)
{
	const struct network_pool *p = &n->pools[family];
	struct address a = p->gateway;

	if (!network_has(n, family) || !network_is_hostless(n))
		return a;
	a = subnet_address(&p->subnet, 1);
	for (uint64_t i = 2; i < subnet_size(&p->subnet) && is_auxiliary(n, &a); i++)
		a = subnet_address(&p->subnet, i);
	return a;
}

struct address network_publish_address(const struct network *n)
{
	const char *value = network_option(n, "com.docker.network.bridge.host_binding_ipv4");
	struct address a = { 0 };

	/* hoy's own default, for every network that does not say otherwise */
	if (!value)
		value = getenv("HOY_PUBLISH_ADDRESS");
	if (value && address_parse(value, &a) == 0 && memcmp(a.bytes, "\0\0\0\0", 4) == 0)
		a = (struct address){ 0 };
	return a;
}

const char *network_interface_prefix(const struct network *n)
{
	const char *value = network_option(n, "com.docker.network.container_iface_prefix");

	return value ? value : "eth";
}

uint32_t network_macvlan_mode(const struct network *n)
{
	const char *value = network_option(n, "macvlan_mode");

	for (size_t i = 0; value && i < ARRAY_SIZE(modes); i++)
		if (strcmp(value, modes[i].name) == 0)
			return modes[i].mode;
	return MACVLAN_MODE_BRIDGE;
}

const char *network_interface(const struct network *n, char text[NETWORK_INTERFACE_MAX])
{
	const char *given = network_option(n, n->driver == NETWORK_MACVLAN ? "parent" : "com.docker.network.bridge.name");

	if (given)
		snprintf(text, NETWORK_INTERFACE_MAX, "%s", given);
	else
		snprintf(text, NETWORK_INTERFACE_MAX, "hoy-%.11s", n->id);
	return text;
}
