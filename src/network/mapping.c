/* SPDX-License-Identifier: Apache-2.0 */
#include "network/mapping.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "network/firewall.h"
#include "network/network_option.h"
#include "network/relay.h"
#include "network/veth.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static bool is_routed(const struct network *n, const struct address *host)
{
	return host->family && network_routes(n, host->family == AF_INET6 ? NETWORK_IPV6 : NETWORK_IPV4);
}

/* Ports are not published on an internal network, as in Docker: nobody outside reaches it. */
static bool publishes(const struct network *n)
{
	return !n->internal && n->driver == NETWORK_BRIDGE;
}

void mapping_open(const struct network *n, const struct publishes *wanted, struct endpoint *e)
{
	for (int i = 0; publishes(n) && i < NETWORK_FAMILIES; i++)
		for (size_t k = 0; e->addresses[i].family && network_routes(n, i) && k < wanted->count; k++)
			publishes_add(&e->direct, &(struct publish){ .protocol = wanted->items[k].protocol,
								     .port = wanted->items[k].port,
								     .host = e->addresses[i] });
}

int mapping_bind(const struct network *n, const struct publishes *wanted, const struct ports *had, struct endpoint *e,
		 struct ports *ret)
{
	struct address preset = network_publish_address(n);
	struct publishes bound = { 0 };
	bool families[NETWORK_FAMILIES];
	int r;

	if (!publishes(n))
		return 0;
	for (int i = 0; i < NETWORK_FAMILIES; i++)
		families[i] = e->addresses[i].family && !network_routes(n, i);
	for (size_t i = 0; i < wanted->count; i++)
		if (!is_routed(n, &wanted->items[i].host) && (families[NETWORK_IPV4] || families[NETWORK_IPV6]))
			publishes_add(&bound, &wanted->items[i]);
	if (is_routed(n, &preset))
		preset = (struct address){ 0 };
	r = ports_bind(&bound, &preset, families, had, ret);
	publishes_release(&bound);
	for (size_t i = 0; r == 0 && i < ret->published.count; i++)
		publishes_add(&e->published, &ret->published.items[i]);
	return r;
}

static int read_endpoint(const struct network_home *home, const char *network, const char *id, struct endpoint *ret)
{
	int r = network ? endpoint_read(home, network, id, ret) : -ENOENT;

	return r == -ENOENT ? 0 : r;
}

/* What the firewall and the endpoints say, from the old to the new; each is written down before it is so. */
static int switch_over(const struct network_home *home, const struct mapping *m, struct endpoint *old, const struct endpoint *new)
{
	struct publishes were = old->published;
	int r = new->published.count ? endpoint_write(home, m->to->name, new) : 0;

	if (r == 0)
		r = firewall_move(home, old, new);
	if (r < 0 || !were.count)
		return r;
	old->published = (struct publishes){ 0 };
	r = endpoint_write(home, m->from, old);
	old->published = were;
	if (r < 0)
		(void)firewall_move(home, new, old);
	return r;
}

/* What is bound for @to, and led there. */
static int lead(const struct network_home *home, const struct mapping *m, struct endpoint *old, struct ports *ports,
		struct ports *ret)
{
	autoendpoint new = { 0 };
	struct error_record why;
	int r = m->to ? read_endpoint(home, m->to->name, m->id, &new) : 0;

	relay_stop(ports);
	if (r == 0 && new.id[0])
		r = mapping_bind(m->to, m->wanted, ports, &new, ret);
	if (r == 0 && ret->published.count)
		r = veth_allow_own_ports(&new);
	if (r == 0)
		r = relay_start(&new, ret);
	if (r == 0)
		r = switch_over(home, m, old, &new);
	if (r < 0 && new.published.count) {
		error_pack(r, &why);
		publishes_release(&new.published);
		(void)endpoint_write(home, m->to->name, &new);
		r = error_unpack(&why);
	}
	return r;
}

static int move(const struct network_home *home, const struct mapping *m, struct ports *ports)
{
	autoendpoint old = { 0 };
	struct ports next = { 0 };
	int r = read_endpoint(home, m->from, m->id, &old);

	/* one that has none there left, and came back: of a command that was killed in between */
	if (r == 0 && m->to && m->from && strcmp(m->from, m->to->name) == 0 && old.published.count)
		return 0;
	if (r == 0)
		r = lead(home, m, &old, ports, &next);
	if (r < 0) {
		struct error_record why;

		error_pack(r, &why);
		ports_release(&next);
		if (ports->socket_count)
			(void)relay_start(&old, ports);
		return error_unpack(&why);
	}
	ports_free(ports);
	if (!next.published.count)
		return 0; /* it remembers them */
	ports_release(ports);
	*ports = next;
	return 0;
}

int mapping_move(const struct network_home *home, const struct mapping *m, struct ports *ports)
{
	autofd int lock = firewall_hold(home);

	return lock < 0 ? lock : move(home, m, ports);
}
