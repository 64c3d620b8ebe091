/* SPDX-License-Identifier: Apache-2.0 */
#include "network/create.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "kernel/netlink.h"
#include "network/bridge.h"
#include "network/docker_forward.h"
#include "network/endpoint.h"
#include "network/firewall.h"
#include "network/interface.h"
#include "network/network_option.h"
#include "network/pool.h"
#include "network/vlan.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define DEFAULT_BRIDGE "hoy0"

static int check_pool(const struct network_home *home, const struct network *n, int family)
{
	const struct network_pool *p = &n->pools[family];
	char text[ADDRESS_TEXT_MAX], subnet[ADDRESS_TEXT_MAX];

	subnet_text(&p->subnet, subnet);
	if (subnet_size(&p->subnet) < 4)
		return fail(-EINVAL, "subnet %s is too small: a gateway and a container need room in it", subnet);
	if (p->gateway.family && !subnet_contains(&p->subnet, &p->gateway))
		return fail(-EINVAL, "no matching subnet for gateway %s", address_text(&p->gateway, text));
	if (p->range.address.family && (p->range.prefix < p->subnet.prefix || !subnet_contains(&p->subnet, &p->range.address)))
		return fail(-EINVAL, "no matching subnet for range %s", subnet_text(&p->range, text));
	return pool_check(home, &p->subnet);
}

static int complete_pool(const struct network_home *home, struct network *n, int family, bool wanted)
{
	struct network_pool *p = &n->pools[family];
	int r = 0;

	if (!network_has(n, family)) {
		if (p->gateway.family || p->range.address.family)
			return fail(-EINVAL, "a gateway or a range needs a --subnet of its family");
		if (!wanted)
			return 0;
		r = pool_choose(home, family, &p->subnet);
	}
	if (r < 0)
		return r;
	/* Docker's choice: the first address, of the range when there is one */
	if (!p->gateway.family && !network_hides_host(n, family))
		p->gateway = subnet_address(&p->subnet, 1);
	return check_pool(home, n, family);
}

static int check_auxiliary(const struct network *n)
{
	for (size_t i = 0; i < n->auxiliary.count; i++) {
		const char *text = strchr(n->auxiliary.items[i], '=');
		struct address a;

		if (!text || address_parse(text + 1, &a) < 0)
			return fail(-EINVAL, "invalid auxiliary address %s: it is not NAME=ADDRESS", n->auxiliary.items[i]);
		if (!subnet_contains(&n->pools[a.family == AF_INET6 ? NETWORK_IPV6 : NETWORK_IPV4].subnet, &a))
			return fail(-EINVAL, "no matching subnet for aux-address %s", text + 1);
	}
	return 0;
}

/* Docker's words; what it takes and does not use, a gateway, is refused. */
static int check_modes(const struct network *n)
{
	for (int i = 0; i < NETWORK_FAMILIES; i++) {
		if (network_hides_host(n, i) && !n->internal)
			return fail(-EINVAL, "gateway mode 'isolated' can only be used for an internal network");
		if (network_hides_host(n, i) && n->pools[i].gateway.family)
			return fail(-EINVAL, "gateway mode 'isolated' has no gateway");
	}
	return 0;
}

static int check_driver(const struct network *n)
{
	char name[NETWORK_INTERFACE_MAX];
	autonetlink route = NETLINK_NONE;
	int r = network_option_check(n);

	if (r == 0)
		r = check_modes(n);
	if (r == 0 && n->addressless && n->driver == NETWORK_BRIDGE)
		r = fail(-EINVAL, "a bridge network needs addresses: the IPAM driver null is for macvlan");
	if (r == 0 && n->addressless && (network_has(n, NETWORK_IPV4) || network_has(n, NETWORK_IPV6)))
		r = fail(-EINVAL, "null ipam driver does not handle specific address pools");
	if (r < 0 || n->driver != NETWORK_MACVLAN)
		return r;
	if (!network_option(n, "parent"))
		return fail_hint(fail(-EINVAL, "a macvlan network needs an interface of the host"), "say --opt parent=INTERFACE");
	r = netlink_open(NETLINK_ROUTE, &route);
	if (r == 0 && interface_index(&route, network_interface(n, name)) < 0 && !vlan_is_possible(&route, name))
		r = fail(-ENODEV, "there is no interface %s", name);
	return r;
}

/* Two networks that take the same pool at once would both find it free: one after the other. */
static int complete_and_write(const struct network_home *home, const bool *families, struct network *n)
{
	autofd int lock = network_lock(home);
	int r = lock < 0 ? lock : 0;

	if (r == 0 && !n->addressless && (n->driver == NETWORK_BRIDGE || n->driver == NETWORK_MACVLAN)) {
		for (int i = 0; r == 0 && i < NETWORK_FAMILIES; i++)
			r = complete_pool(home, n, i, families[i]);
		if (r == 0)
			r = check_auxiliary(n);
		if (r == 0 && !network_has(n, NETWORK_IPV4) && !network_has(n, NETWORK_IPV6))
			r = fail(-EINVAL, "IPv4 or IPv6 must be enabled");
	}
	return r == 0 ? network_write(home, n) : r;
}

/* An option of the driver says the same as --ipv4 and --ipv6. IPv6 with a subnet of it goes without saying. */
static int check_families(const struct network *n, bool *families)
{
	families[NETWORK_IPV4] = network_enables(n, "com.docker.network.enable_ipv4", families[NETWORK_IPV4]);
	families[NETWORK_IPV6] = network_enables(n, "com.docker.network.enable_ipv6", families[NETWORK_IPV6]);
	if (!families[NETWORK_IPV4] && network_has(n, NETWORK_IPV4))
		return fail(-EINVAL, "an IPv4 subnet is of no use: IPv4 has not been enabled for this network");
	return 0;
}

/* What the configuration says becomes this network's: the user may say nothing of it. */
static int copy_config(const struct network_home *home, struct network *n, bool *families)
{
	autonetwork config = { 0 };
	int r = network_read(home, n->config_from, &config);

	if (r == -ENOENT || (r == 0 && !config.config_only))
		return fail(-ENOENT, "configuration network \"%s\" not found", n->config_from);
	if (r < 0)
		return r;
	if (network_has(n, NETWORK_IPV4) || network_has(n, NETWORK_IPV6) || n->auxiliary.count || n->options.count ||
	    n->labels.count)
		return fail(-EPERM,
			    "user supplied configurations are not supported if the network depends on a configuration network");
	memcpy(n->pools, config.pools, sizeof n->pools);
	memcpy(families, config.wants, sizeof config.wants);
	strv_add_all(&n->auxiliary, &config.auxiliary);
	strv_add_all(&n->options, &config.options);
	strv_add_all(&n->labels, &config.labels);
	return 0;
}

/* Nothing is checked before it is used, as nobody knows yet by which driver. */
static int write_config(const struct network_home *home, const bool *families, struct network *n)
{
	if (n->internal || n->attachable)
		return fail(-EPERM, "configuration network can only contain network specific fields. Network operator fields like "
				    "[ ingress | internal | attachable | scope ] are not supported");
	if (n->config_from)
		return fail(-EPERM, "a configuration network cannot depend on another configuration network");
	n->driver = NETWORK_NULL;
	memcpy(n->wants, families, sizeof n->wants);
	return network_write(home, n);
}

int create_network(const struct network_home *home, const bool *wanted, struct network *n)
{
	bool families[] = { wanted[NETWORK_IPV4], wanted[NETWORK_IPV6] };
	int r = network_check_name(n->name);

	random_hex(n->id, NETWORK_ID_MAX - 1);
	n->created = clock_now();
	if (r == 0 && n->config_only)
		return write_config(home, families, n);
	if (r == 0 && n->config_from)
		r = copy_config(home, n, families);
	if (r == 0)
		r = check_driver(n);
	if (r == 0)
		r = check_families(n, families);
	if (r < 0)
		return r;
	return complete_and_write(home, families, n);
}

/* "hoy0" for the first store of the machine; another --root finds it there and calls its own by the network's id. */
static int choose_bridge(struct network *n)
{
	autonetlink route = NETLINK_NONE;
	int r = netlink_open(NETLINK_ROUTE, &route);

	if (r == 0 && interface_index(&route, DEFAULT_BRIDGE) < 0)
		strv_add(&n->options, "com.docker.network.bridge.name=" DEFAULT_BRIDGE);
	return r;
}

static int make_predefined(const struct network_home *home, const char *name, enum network_driver driver)
{
	autonetwork n = { .name = xstrdup(name), .driver = driver };
	int r = 0;

	if (driver == NETWORK_BRIDGE) {
		strv_add(&n.options, "com.docker.network.bridge.default_bridge=true");
		r = choose_bridge(&n);
	}
	if (r == 0)
		r = create_network(home, (const bool[]){ true, false }, &n);
	return r == -EEXIST ? 0 : r; /* somebody else was faster */
}

static int predefine(const struct network_home *home, const char *name)
{
	autonetwork n = { 0 };
	int r = network_read(home, name, &n);

	if (r != -ENOENT)
		return r;
	return make_predefined(home, name,
			       strcmp(name, NETWORK_DEFAULT) == 0 ? NETWORK_BRIDGE
			       : strcmp(name, "host") == 0        ? NETWORK_HOST
								  : NETWORK_NULL);
}

int create_predefined(const struct network_home *home)
{
	int r = predefine(home, NETWORK_DEFAULT);

	if (r == 0)
		r = predefine(home, "host");
	return r == 0 ? predefine(home, "none") : r;
}

int create_or_find(const struct network_home *home, const char *name_or_id, struct network *ret)
{
	int r = network_read(home, name_or_id, ret);

	if (r != -ENOENT)
		return r;
	r = network_is_predefined(name_or_id) ? predefine(home, name_or_id) : 0;
	return r < 0 ? r : network_find(home, name_or_id, ret);
}

static int is_config_of(const struct network *other, void *data)
{
	return other->config_from && strcmp(other->config_from, data) == 0;
}

static int see_endpoint(const struct endpoint *e, void *data)
{
	xreplace(data, e->name);
	return 1;
}

int create_remove(const struct network_home *home, const struct network *n)
{
	autofree char *user = NULL;
	autonetlink route = NETLINK_NONE;
	autofd int lock = -1;
	int r;

	if (network_is_predefined(n->name))
		return fail(-EPERM, "%s is a pre-defined network and cannot be removed", n->name);
	r = n->config_only ? network_each(home, is_config_of, n->name) : 0;
	if (r != 0)
		return r < 0 ? r : fail(-EBUSY, "configuration network \"%s\" is in use", n->name);
	r = endpoint_each(home, n->name, see_endpoint, &user);
	if (r < 0)
		return r;
	if (r > 0)
		return fail_hint(
			fail(-EBUSY, "error while removing network: network %s has active endpoints (name:\"%s\")", n->name, user),
			"disconnect or stop what is in it first");
	if (n->driver == NETWORK_BRIDGE) {
		r = netlink_open(NETLINK_ROUTE, &route);
		if (r == 0)
			r = bridge_remove(n, &route);
		if (r == 0)
			r = docker_forward_forget(n);
		lock = r == 0 ? firewall_hold(home) : r;
		r = lock < 0 ? lock : firewall_remove_network(home, n);
	}
	if (r >= 0 && n->driver == NETWORK_MACVLAN)
		r = vlan_remove(home, n);
	return r < 0 ? r : network_erase(home, n->name);
}
