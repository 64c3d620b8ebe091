/* SPDX-License-Identifier: Apache-2.0 */
/* What a monitor does for a container's networks. */
#include "base/cleanup.h"
#include "base/error.h"
#include "container/endpoints.h"
#include "container/files.h"
#include "container/networks.h"
#include "container/undo.h"
#include "network/connect.h"

#include <errno.h>
#include <string.h>

static bool is_internal(const struct network_home *home, const char *name)
{
	autonetwork net = { 0 };

	return network_read(home, name, &net) == 0 && net.internal;
}

/* The network that leads out: the first one that is not internal. */
static size_t find_gateway(const struct network_home *home, const struct networks *n)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->count == 1 || !is_internal(home, n->items[i].network))
			return i;
	return 0;
}

/* -p, and with -P every exposed port that has none. */
static void collect_ports(const struct networks *n, struct publishes *ret)
{
	for (size_t i = 0; i < n->published.count; i++)
		publishes_add(ret, &n->published.items[i]);
	for (size_t i = 0; n->publish_all && i < n->exposed.count; i++) {
		bool known = false;

		for (size_t k = 0; k < n->published.count; k++)
			known |= n->published.items[k].port == n->exposed.items[i].port &&
				 n->published.items[k].protocol == n->exposed.items[i].protocol;
		if (!known)
			publishes_add(ret, &n->exposed.items[i]);
	}
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
					 .servers = &n->servers,
					 .link_local = u->link_local,
					 .mac = u->mac_given ? u->mac : NULL,
					 .ports = gateway ? ports : NULL,
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
	struct publishes ports = { 0 };
	size_t gateway = find_gateway(&place, n);
	int r = 0;

	if (n->mode != NETWORKS_OWN)
		return 0;
	collect_ports(n, &ports);
	r = files_drop_own(c->dir, c->hostname);
	for (size_t i = 0; r == 0 && i < n->count; i++)
		r = join_one(c, &place, n, i, ret, &ports, i == gateway);
	publishes_release(&ports);
	return r;
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
}
