/* SPDX-License-Identifier: Apache-2.0 */
#include "network/repair.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/netlink.h"
#include "network/bridge.h"
#include "network/dns.h"
#include "network/dns_apart.h"
#include "network/docker_forward.h"
#include "network/endpoint.h"
#include "network/firewall.h"
#include "network/interface.h"
#include "network/network_option.h"
#include "network/veth.h"

#include <string.h>

struct repair {
	const struct network *network;
	const struct network_home *home;
	struct netlink *route;
	char bridge[NETWORK_INTERFACE_MAX];
	int index;
};

/* A bridge that was removed let go of the cables: they are plugged in again. */
static int plug_in(const struct endpoint *e, void *data)
{
	const struct repair *p = data;
	int index = e->link[0] ? interface_index(p->route, e->link) : -1;

	if (index >= 0)
		interface_set_master(p->route, e->link, index, p->bridge, p->index);
	if (index >= 0)
		veth_pin(p->network, p->route, p->index, e);
	return 0;
}

static int see_endpoint(const struct endpoint *e, void *data)
{
	(void)e;
	(void)data;
	return 1;
}

static int repair_one(const struct network *n, void *data)
{
	struct repair *p = data;
	int r;

	if (n->driver != NETWORK_BRIDGE || endpoint_each(p->home, n->name, see_endpoint, NULL) <= 0)
		return 0;
	p->network = n;
	network_interface(n, p->bridge);
	r = p->index = bridge_ensure(p->home, n, p->route);
	if (r >= 0)
		r = docker_forward_admit(n);
	if (r >= 0)
		r = endpoint_each(p->home, n->name, plug_in, p);
	if (r >= 0 && network_is_hostless(n)) {
		struct endpoint server = dns_apart_endpoint(n);

		r = plug_in(&server, p);
	}
	if (r >= 0)
		r = netlink_commit(p->route);
	if (r >= 0 && strcmp(n->name, NETWORK_DEFAULT) != 0)
		r = dns_repair(p->home, n, p->bridge);
	return r < 0 ? fail_while(r, "network %s", n->name) : 0;
}

int repair_all(const struct network_home *home)
{
	autonetlink route = NETLINK_NONE;
	struct repair p = { .home = home, .route = &route };
	autofd int lock = -1;
	int r = firewall_reload(home);

	if (r == 0)
		r = netlink_open(NETLINK_ROUTE, &route);
	if (r < 0)
		return r;
	lock = firewall_hold(home);
	return lock < 0 ? lock : network_each(home, repair_one, &p);
}
