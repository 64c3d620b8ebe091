/* SPDX-License-Identifier: Apache-2.0 */
#include "network/connect.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "network/bridge.h"
#include "network/dns.h"
#include "network/docker_forward.h"
#include "network/firewall.h"
#include "network/interface.h"
#include "network/interface_sysctl.h"
#include "network/lease.h"
#include "network/mapping.h"
#include "network/network_option.h"
#include "network/relay.h"
#include "network/veth.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void choose_mac(const struct connection *c, struct endpoint *e)
{
	struct address a = e->addresses[e->addresses[NETWORK_IPV4].family ? NETWORK_IPV4 : NETWORK_IPV6];

	if (!a.family) {
		a.family = AF_INET;
		random_bytes(a.bytes, 4);
	}
	mac_of_address(&a, e->mac);
	if (c->mac)
		memcpy(e->mac, c->mac, sizeof e->mac);
}

static int take_addresses(const struct network_home *home, const struct connection *c, struct endpoint *e)
{
	int r = 0;

	for (int i = 0; r == 0 && i < NETWORK_FAMILIES; i++) {
		const struct address *wanted = c->wanted[i].family ? &c->wanted[i] : NULL;

		if (!network_has(c->network, i)) {
			if (wanted)
				r = fail(-EINVAL, "network %s has no %s subnet", c->network->name,
					 i == NETWORK_IPV6 ? "IPv6" : "IPv4");
			continue;
		}
		r = lease_take(home, c->network, i, wanted, c->id, &e->addresses[i]);
		e->prefixes[i] = c->network->pools[i].subnet.prefix;
	}
	if (r < 0)
		return r;
	choose_mac(c, e);
	return 0;
}

static void describe(const struct connection *c, struct endpoint *e)
{
	snprintf(e->id, sizeof e->id, "%s", c->id);
	snprintf(e->interface, sizeof e->interface, "%s", c->interface ? c->interface : "");
	e->name = xstrdup(c->name);
	e->hostname = xstrdup(c->hostname);
	e->internal = c->network->internal;
	if (c->aliases)
		strv_add_all(&e->aliases, c->aliases);
	if (c->links)
		strv_add_all(&e->links, c->links);
	if (c->servers)
		strv_add_all(&e->servers, c->servers);
}

static int add_link_local(const struct connection *c, struct interface_place *p, const struct endpoint *e)
{
	int index = interface_index(&p->route, e->interface);

	for (size_t i = 0; c->link_local && i < c->link_local->count; i++) {
		struct address a;

		if (address_parse(c->link_local->items[i], &a) == 0)
			interface_add_address(&p->route, p->where, e->interface, index, &a, a.family == AF_INET6 ? 64 : 16,
					      "--link-local-ip");
	}
	return netlink_commit(&p->route);
}

/* The names of the network "bridge" are nobody's business: no name server there, as in Docker. */
static int announce(const struct network_home *home, const struct network *n, const struct endpoint *e)
{
	char interface[NETWORK_INTERFACE_MAX];

	if (n->driver != NETWORK_BRIDGE || strcmp(n->name, NETWORK_DEFAULT) == 0)
		return endpoint_write(home, n->name, e);
	return dns_connect(home, n, network_interface(n, interface), e);
}

/* The endpoint is written first: of who is killed in between, everything is found by it. */
static int plug(const struct network_home *home, const struct connection *c, struct netlink *host, int bridge, struct endpoint *e)
{
	struct interface_place place;
	int r = veth_enter(c->netns, c->network, &place);

	if (r == 0)
		r = veth_choose_names(c->network, &place, e);
	if (r == 0)
		r = announce(home, c->network, e);
	if (r == 0)
		r = veth_plug(c->network, host, bridge, &place, e, c->gateway);
	if (r == 0 && e->macvlan)
		r = endpoint_write(home, c->network->name, e);
	if (r == 0)
		r = add_link_local(c, &place, e);
	if (r == 0 && c->sysctls)
		r = interface_sysctl_apply(&place, e->interface, c->sysctls);
	veth_leave(&place);
	return r;
}

int connect_prepare(const struct network_home *home, const struct network *n)
{
	autonetlink route = NETLINK_NONE;
	autofd int lock = -1;
	int r = n->driver == NETWORK_BRIDGE ? netlink_open(NETLINK_ROUTE, &route) : 0;

	if (r < 0 || n->driver != NETWORK_BRIDGE)
		return r;
	lock = firewall_hold(home);
	r = lock < 0 ? lock : bridge_ensure(home, n, &route);
	return r < 0 ? r : docker_forward_admit(n);
}

int connect_container(const struct network_home *home, const struct connection *c, struct endpoint *ret, struct ports *ret_ports)
{
	const struct network *n = c->network;
	autonetlink route = NETLINK_NONE;
	autoendpoint e = { 0 };
	struct ports ports = { 0 };
	autofd int lock = -1;
	int bridge = 0, r = netlink_open(NETLINK_ROUTE, &route);

	if (r == 0 && n->driver == NETWORK_BRIDGE) {
		lock = firewall_hold(home);
		bridge = lock < 0 ? lock : bridge_ensure(home, n, &route);
		if (bridge >= 0)
			r = docker_forward_admit(n);
	}
	if (r < 0 || bridge < 0)
		return r < 0 ? r : bridge;
	describe(c, &e);
	r = take_addresses(home, c, &e);
	if (r == 0 && c->ports)
		mapping_open(n, c->ports, &e);
	if (r == 0 && c->ports && c->gateway)
		r = mapping_bind(n, c->ports, NULL, &e, &ports);
	if (r == 0)
		r = plug(home, c, &route, bridge, &e);
	if (r == 0)
		r = firewall_publish(home, &e);
	if (r == 0)
		r = relay_start(&e, &ports);
	if (r < 0) {
		ports_release(&ports);
		return r;
	}
	*ret_ports = ports;
	*ret = e;
	e = (struct endpoint){ 0 };
	return 0;
}

static void release(const struct network_home *home, const char *network, const char *id, const struct endpoint *e)
{
	if (e)
		veth_cut(e);
	endpoint_remove(home, network, id);
	for (int i = 0; e && i < NETWORK_FAMILIES; i++)
		if (e->addresses[i].family)
			lease_release(home, network, &e->addresses[i], id);
	if (!e)
		lease_release_all(home, network, id);
}

int connect_undo(const struct network_home *home, const char *network, const char *id)
{
	autoendpoint e = { 0 };
	int r = endpoint_read(home, network, id, &e);
	bool known = r == 0;

	if (known && (e.published.count > 0 || e.direct.count > 0)) {
		autofd int lock = firewall_lock(home);

		r = lock < 0 ? lock : firewall_unpublish(home, &e);
		if (r < 0)
			return fail_while(r, "take the ports of %s back", e.name ? e.name : id);
	}
	release(home, network, id, known ? &e : NULL);
	return 0;
}

int connect_leave(const struct network_home *home, const struct network *n, const char *id, int netns)
{
	autoendpoint e = { 0 };
	struct interface_place place;
	int r = endpoint_read(home, n->name, id, &e);

	if (r == -ENOENT)
		(void)connect_undo(home, n->name, id); /* addresses, of who was killed before the endpoint was written */
	if (r < 0)
		return r;
	r = veth_enter(netns, n, &place);
	if (r == 0)
		r = veth_unplug(&place, &e);
	veth_leave(&place);
	return r < 0 ? r : connect_undo(home, n->name, id);
}

int connect_lead_out(const struct network_home *home, const struct network *n, const char *id, int netns)
{
	autoendpoint e = { 0 };
	struct interface_place place;
	int r = endpoint_read(home, n->name, id, &e);

	if (r < 0)
		return r;
	r = veth_enter(netns, n, &place);
	if (r == 0)
		r = veth_lead_out(n, &place, &e);
	veth_leave(&place);
	return r;
}
