/* SPDX-License-Identifier: Apache-2.0 */
#include "network/firewall_element.h"

#include "base/memory.h"
#include "kernel/nftables.h"
#include "network/dns_message.h"
#include "network/network_option.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

void firewall_interface(struct netlink *n, const char *table, const char *set, const char *name, bool add)
{
	struct nft_value key = { .len = 0 };

	nft_value_ifname(&key, name);
	if (add)
		nft_add_element(n, table, set, &key, NULL, NULL);
	else
		nft_delete_element(n, table, set, &key, NULL);
}

/* Where its name server is asked (dns_server.h); of the default network there is none. */
static void change_names(struct netlink *n, const char *table, const struct network *net, bool add)
{
	static const uint8_t protocols[] = { IPPROTO_UDP, IPPROTO_TCP };

	for (size_t i = 0; i < NETWORK_FAMILIES * ARRAY_SIZE(protocols) && strcmp(net->name, NETWORK_DEFAULT) != 0; i++) {
		const struct address *gateway = &net->pools[i / ARRAY_SIZE(protocols)].gateway;
		const char *set = gateway->family == AF_INET6 ? "names6" : "names4";
		struct nft_value key = { .len = 0 };

		if (!gateway->family)
			continue;
		nft_value_address(&key, gateway->bytes, address_size(gateway));
		nft_value_protocol(&key, protocols[i % ARRAY_SIZE(protocols)]);
		nft_value_port(&key, DNS_PORT);
		if (add)
			nft_add_element(n, table, set, &key, NULL, NULL);
		else
			nft_delete_element(n, table, set, &key, NULL);
	}
}

void firewall_network(struct netlink *n, const char *table, const struct network *net, bool add)
{
	char name[NETWORK_INTERFACE_MAX];
	struct nft_value pair = { .len = 0 };
	const struct {
		const char *set;
		bool in;
	} places[] = {
		{ "bridges", true },
		/* its bridge keeps containers apart; where bridged packets pass here, too, they must reach the name server */
		{ "talking", network_connects(net) || network_is_hostless(net) },
		{ "open", !network_isolates(net) },
		{ "internal", net->internal },
		{ "outbound4", network_masquerades(net) && !network_routes(net, NETWORK_IPV4) },
		{ "outbound6", network_masquerades(net) && !network_routes(net, NETWORK_IPV6) },
		{ "routed4", network_routes(net, NETWORK_IPV4) },
		{ "routed6", network_routes(net, NETWORK_IPV6) },
		{ "unprotected4", network_unprotected(net, NETWORK_IPV4) },
		{ "unprotected6", network_unprotected(net, NETWORK_IPV6) },
		{ "isolated4", network_hides_host(net, NETWORK_IPV4) },
		{ "isolated6", network_hides_host(net, NETWORK_IPV6) },
	};

	network_interface(net, name);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].in)
			firewall_interface(n, table, places[i].set, name, add);
	nft_value_ifname(&pair, name);
	nft_value_ifname(&pair, name);
	if (add)
		nft_add_element(n, table, "within", &pair, NULL, NULL);
	else
		nft_delete_element(n, table, "within", &pair, NULL);
	change_names(n, table, net, add);
}

/* The map that a published port stands in, and its key. */
static const char *publish_key(const struct publish *p, struct nft_value *key)
{
	bool on_one = !address_is_every(&p->host);

	*key = (struct nft_value){ .len = 0 };
	if (on_one)
		nft_value_address(key, p->host.bytes, address_size(&p->host));
	nft_value_protocol(key, (uint8_t)p->protocol);
	nft_value_port(key, p->first);
	if (p->host.family == AF_INET6)
		return on_one ? "publish6_on" : "publish6";
	return on_one ? "publish4_on" : "publish4";
}

static void add_port(struct netlink *n, const char *table, const struct endpoint *e, const struct publish *p)
{
	const struct address *to = &e->addresses[p->host.family == AF_INET6 ? NETWORK_IPV6 : NETWORK_IPV4];
	struct nft_value key, data = { .len = 0 };
	const char *map = publish_key(p, &key);

	if (!to->family)
		return;
	nft_value_address(&data, to->bytes, address_size(to));
	nft_value_port(&data, p->port);
	nft_add_element(n, table, map, &key, &data, "a published port");
}

static void delete_port(struct netlink *n, const char *table, const struct publish *p)
{
	struct nft_value key;
	const char *map = publish_key(p, &key);

	nft_delete_element(n, table, map, &key, "a published port");
}

void firewall_self(struct netlink *n, const char *table, const struct endpoint *e, bool add)
{
	for (int i = 0; e->published.count && i < NETWORK_FAMILIES; i++) {
		const struct address *a = &e->addresses[i];
		struct nft_value key = { .len = 0 };

		if (!a->family)
			continue;
		nft_value_address(&key, a->bytes, address_size(a));
		nft_value_address(&key, a->bytes, address_size(a));
		if (add)
			nft_add_element(n, table, i == NETWORK_IPV6 ? "self6" : "self4", &key, NULL, NULL);
		else
			nft_delete_element(n, table, i == NETWORK_IPV6 ? "self6" : "self4", &key, NULL);
	}
}

/* Ports that are reached at the container's own address. */
static void change_direct(struct netlink *n, const char *table, const struct endpoint *e, bool add)
{
	for (size_t i = 0; i < e->direct.count; i++) {
		const struct publish *p = &e->direct.items[i];
		const char *set = p->host.family == AF_INET6 ? "direct6" : "direct4";
		struct nft_value key = { .len = 0 };

		nft_value_address(&key, p->host.bytes, address_size(&p->host));
		nft_value_protocol(&key, (uint8_t)p->protocol);
		nft_value_port(&key, p->port);
		if (add)
			nft_add_element(n, table, set, &key, NULL, "a published port");
		else
			nft_delete_element(n, table, set, &key, "a published port");
	}
}

void firewall_ports(struct netlink *n, const char *table, const struct endpoint *e, bool add)
{
	firewall_self(n, table, e, add);
	change_direct(n, table, e, add);
	for (size_t i = 0; i < e->published.count; i++) {
		if (add)
			add_port(n, table, e, &e->published.items[i]);
		else
			delete_port(n, table, &e->published.items[i]);
	}
}
