/* SPDX-License-Identifier: Apache-2.0 */
/* What a monitor does for a container's networks. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/endpoints.h"
#include "container/files.h"
#include "container/networks.h"
#include "container/undo.h"
#include "network/connect.h"
#include "network/mapping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool leads_out(const struct network_home *home, const char *name)
{
	autonetwork net = { 0 };

	return network_read(home, name, &net) == 0 && !net.internal &&
	       (net.pools[NETWORK_IPV4].gateway.family || net.pools[NETWORK_IPV6].gateway.family);
}

size_t networks_way_out(const struct home *home, const struct networks *n)
{
	struct network_home place = { home->store->root, home->runroot };
	size_t best = n->count;

	for (size_t i = 0; n->count > 1 && i < n->count; i++)
		if ((best == n->count || n->items[i].priority > n->items[best].priority) && leads_out(&place, n->items[i].network))
			best = i;
	return best == n->count ? 0 : best;
}

struct publishes networks_ports(const struct networks *n)
{
	struct publishes all = { 0 };

	for (size_t i = 0; i < n->published.count; i++)
		publishes_add(&all, &n->published.items[i]);
	for (size_t i = 0; n->publish_all && i < n->exposed.count; i++) {
		bool known = false;

		for (size_t k = 0; k < n->published.count; k++)
			known |= n->published.items[k].port == n->exposed.items[i].port &&
				 n->published.items[k].protocol == n->exposed.items[i].protocol;
		if (!known)
			publishes_add(&all, &n->exposed.items[i]);
	}
	return all;
}

static int join_one(const struct networks_container *c, const struct network_home *place, const struct networks *n, size_t i,
		    struct networks_held *held, const struct publishes *ports, bool gateway)
{
	const struct network_use *u = &n->items[i];
	autonetwork net = { 0 };
	autoendpoint e = { 0 };
	struct connection connection = { .network = &net,
					 .id = c->id,
					 .name = c->name,
					 .hostname = c->hostname,
					 .aliases = &u->aliases,
					 .links = &u->links,
					 .servers = &n->servers,
					 .link_local = &u->link_local,
					 .interface = strv_env_get(&u->driver_options, NETWORKS_IFNAME),
					 .sysctls = strv_env_get(&u->driver_options, NETWORKS_SYSCTLS),
					 .mac = u->mac_given ? u->mac : NULL,
					 .ports = ports,
					 .gateway = gateway,
					 .netns = c->netns };
	int r = network_read(place, u->network, &net);

	if (r == -ENOENT)
		return fail(r, "network %s not found", u->network);
	memcpy(connection.wanted, u->ip, sizeof connection.wanted);
	if (r == 0)
		r = undo_note(c->lock, "network", u->network);
	if (r == 0)
		r = connect_container(place, &connection, &e, gateway ? &held->ports : &(struct ports){ 0 });
	if (r < 0)
		return fail_while(r, "network %s", u->network);
	endpoints_event(c->home, &net, "connect", c->id);
	return files_add_own(c->dir, c->hostname, e.addresses, NETWORK_FAMILIES);
}

int networks_prepare(const struct home *home, const struct networks *n)
{
	struct network_home place = { home->store->root, home->runroot };
	int r = 0;

	for (size_t i = 0; r == 0 && i < n->count; i++) {
		autonetwork net = { 0 };

		r = network_read(&place, n->items[i].network, &net);
		if (r == 0)
			r = connect_prepare(&place, &net);
	}
	return r;
}

int networks_join(const struct networks_container *c, const struct networks *n, struct networks_held *ret)
{
	struct network_home place = { c->home->store->root, c->home->runroot };
	struct publishes ports = networks_ports(n);
	size_t gateway = networks_way_out(c->home, n);
	int r = 0;

	if (n->mode == NETWORKS_OWN)
		r = files_drop_own(c->dir, c->hostname);
	for (size_t i = 0; r == 0 && n->mode == NETWORKS_OWN && i < n->count; i++)
		r = join_one(c, &place, n, i, ret, &ports, i == gateway);
	if (r == 0 && n->mode == NETWORKS_OWN && n->count)
		xreplace(&ret->gateway, n->items[gateway].network);
	publishes_release(&ports);
	return r;
}

int networks_follow(const struct networks_container *c, const struct networks *n, struct networks_held *held)
{
	struct network_home place = { c->home->store->root, c->home->runroot };
	struct publishes ports = networks_ports(n);
	struct mapping move = { .id = c->id, .wanted = &ports, .from = held->gateway };
	const char *now = n->count ? n->items[networks_way_out(c->home, n)].network : NULL;
	autonetwork to = { 0 };
	int r = now ? network_read(&place, now, &to) : 0;

	if (now)
		move.to = &to;
	if (r == 0 && ports.count)
		r = mapping_move(&place, &move, &held->ports);
	publishes_release(&ports);
	if (r < 0)
		return r;
	free(held->gateway);
	held->gateway = now ? xstrdup(now) : NULL;
	return 0;
}

void networks_leave(const struct networks_container *c, const struct networks *n, struct networks_held *held)
{
	struct network_home place = { c->home->store->root, c->home->runroot };

	for (size_t i = 0; n->mode == NETWORKS_OWN && i < n->count; i++) {
		autonetwork net = { 0 };

		(void)connect_undo(&place, n->items[i].network, c->id); /* the journal tries again */
		if (network_read(&place, n->items[i].network, &net) == 0)
			endpoints_event(c->home, &net, "disconnect", c->id);
	}
	error_clear();
	ports_release(&held->ports);
	free(take(&held->gateway));
}
