/* SPDX-License-Identifier: Apache-2.0 */
#include "network/firewall.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/memory.h"
#include "kernel/conntrack.h"
#include "kernel/nftables.h"
#include "network/network_option.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

#define MARK          "hoy 4" /* another number when the rules below change: the table is then made again */
#define UNROUTED_MAX  (64 << 10)
#define FNV_START     2166136261U
#define FNV_FACTOR    16777619U
#define DEFAULT_PLACE "/run/hoy"

/* Where chains stand at a hook, lowest first (linux/netfilter_ipv4.h: NF_IP_PRI_*, which is not friends with the C library). */
enum { PRIORITY_RAW = -300, PRIORITY_DSTNAT = -100, PRIORITY_FILTER = 0, PRIORITY_SRCNAT = 100 };

static const struct nft_set sets[] = {
	{ "bridges", { NFT_IFNAME }, { 0 }, "the bridges of all networks" },
	{ "within", { NFT_IFNAME, NFT_IFNAME }, { 0 }, "from a network back into it" },
	{ "talking", { NFT_IFNAME }, { 0 }, "networks whose containers may talk to each other" },
	{ "open", { NFT_IFNAME }, { 0 }, "networks that are not isolated from each other" },
	{ "internal", { NFT_IFNAME }, { 0 }, "networks without an outside" },
	{ "outbound4", { NFT_IFNAME }, { 0 }, "networks whose packets leave with the host's address" },
	{ "outbound6", { NFT_IFNAME }, { 0 }, "the same for IPv6" },
	{ "routed4", { NFT_IFNAME }, { 0 }, "networks whose containers are reached by their own addresses" },
	{ "routed6", { NFT_IFNAME }, { 0 }, "the same for IPv6" },
	{ "direct4", { NFT_IPV4, NFT_PROTOCOL, NFT_PORT }, { 0 }, "their published ports" },
	{ "direct6", { NFT_IPV6, NFT_PROTOCOL, NFT_PORT }, { 0 }, "the same for IPv6" },
	{ "unrouted", { NFT_IFNAME }, { 0 }, "interfaces between which the host did not forward before" },
	{ "self4", { NFT_IPV4, NFT_IPV4 }, { 0 }, "from a container to itself" },
	{ "self6", { NFT_IPV6, NFT_IPV6 }, { 0 }, "the same for IPv6" },
	{ "publish4", { NFT_PROTOCOL, NFT_PORT }, { NFT_IPV4, NFT_PORT }, "ports published on every address" },
	{ "publish4_on", { NFT_IPV4, NFT_PROTOCOL, NFT_PORT }, { NFT_IPV4, NFT_PORT }, "ports published on one address" },
	{ "publish6", { NFT_PROTOCOL, NFT_PORT }, { NFT_IPV6, NFT_PORT }, "the same for IPv6" },
	{ "publish6_on", { NFT_IPV6, NFT_PROTOCOL, NFT_PORT }, { NFT_IPV6, NFT_PORT }, "the same for IPv6" },
};

static const struct nft_chain chains[] = {
	{ "raw", "filter", "prerouting", PRIORITY_RAW, "before anything else looks at a packet" },
	{ "publish", NULL, NULL, 0, "where published ports lead to" },
	{ "prerouting", "nat", "prerouting", PRIORITY_DSTNAT, "packets from outside and from containers" },
	{ "output", "nat", "output", PRIORITY_DSTNAT, "packets of the host itself" },
	{ "postrouting", "nat", "postrouting", PRIORITY_SRCNAT, "whose address packets leave with" },
	{ "from", NULL, NULL, 0, "what containers send" },
	{ "to", NULL, NULL, 0, "what containers get" },
	{ "forward", "filter", "forward", PRIORITY_FILTER, "packets that the host passes on" },
	{ "input", "filter", "input", PRIORITY_FILTER, "packets to the host itself" },
};

static const struct nft_rule rules[] = {
	/* route_localnet lets the host talk to its containers from 127.0.0.1; containers must not use it (CVE-2020-8558) */
	{ "raw",
	  { { NFT_OP_IIF_IN, "bridges" }, { NFT_OP_DADDR_LOOPBACK, NULL }, { NFT_OP_DROP, NULL } },
	  "containers cannot reach the host's loopback" },
	{ "raw",
	  { { NFT_OP_IIF_IN, "bridges" }, { NFT_OP_SADDR_LOOPBACK, NULL }, { NFT_OP_DROP, NULL } },
	  "and cannot claim to be it" },
	{ "publish", { { NFT_OP_DNAT4_ON, "publish4_on" } }, "a port on this address" },
	{ "publish", { { NFT_OP_DNAT4, "publish4" } }, "or on every one" },
	{ "publish", { { NFT_OP_DNAT6_ON, "publish6_on" } }, "the same for IPv6" },
	{ "publish", { { NFT_OP_DNAT6, "publish6" } }, "the same for IPv6" },
	/* a neighbour that sends to 127.0.0.1 would else reach what is published there */
	{ "prerouting",
	  { { NFT_OP_IIF_NOT, "lo" }, { NFT_OP_DADDR_LOOPBACK, NULL }, { NFT_OP_RETURN, NULL } },
	  "127.0.0.1 is the host's own alone" },
	{ "prerouting", { { NFT_OP_IIF_IN, "internal" }, { NFT_OP_RETURN, NULL } }, "an internal network reaches nothing" },
	/* only what is for this host: packets on their way to others are none of ours (CVE-2025-67499) */
	{ "prerouting", { { NFT_OP_DADDR_LOCAL, NULL }, { NFT_OP_JUMP, "publish" } }, "to an address of the host" },
	/* nothing leaves the host from [::1], and no answer may come there: what is sent there is relay.h's */
	{ "output", { { NFT_OP_DADDR_LOOPBACK6, NULL }, { NFT_OP_RETURN, NULL } }, "[::1] is the host's own alone" },
	{ "output", { { NFT_OP_DADDR_LOCAL, NULL }, { NFT_OP_JUMP, "publish" } }, "to an address of the host" },
	{ "postrouting",
	  { { NFT_OP_IPV4, NULL }, { NFT_OP_IIF_IN, "outbound4" }, { NFT_OP_OIF_NOT_IN, "bridges" }, { NFT_OP_MASQUERADE, NULL } },
	  "to the outside" },
	{ "postrouting",
	  { { NFT_OP_IPV6, NULL }, { NFT_OP_IIF_IN, "outbound6" }, { NFT_OP_OIF_NOT_IN, "bridges" }, { NFT_OP_MASQUERADE, NULL } },
	  "the same for IPv6" },
	{ "postrouting",
	  { { NFT_OP_IIF_OIF_IN, "within" }, { NFT_OP_CT_DNAT, NULL }, { NFT_OP_MASQUERADE, NULL } },
	  "a neighbour by a published port: the answer must come back this way" },
	/* where bridged packets pass the firewall (br_netfilter) these have no iifname: by their addresses */
	{ "postrouting",
	  { { NFT_OP_PAIR4_IN, "self4" }, { NFT_OP_CT_DNAT, NULL }, { NFT_OP_MASQUERADE, NULL } },
	  "itself by a published port" },
	{ "postrouting",
	  { { NFT_OP_PAIR6_IN, "self6" }, { NFT_OP_CT_DNAT, NULL }, { NFT_OP_MASQUERADE, NULL } },
	  "the same for IPv6" },
	{ "postrouting",
	  { { NFT_OP_OIF_IN, "bridges" }, { NFT_OP_SADDR_LOOPBACK, NULL }, { NFT_OP_MASQUERADE, NULL } },
	  "from 127.0.0.1, to which no container could answer" },
	{ "from", { { NFT_OP_IIF_IN, "talking" }, { NFT_OP_IIF_OIF_IN, "within" }, { NFT_OP_ACCEPT, NULL } }, "neighbours" },
	{ "from", { { NFT_OP_IIF_IN, "internal" }, { NFT_OP_DROP, NULL } }, "nothing else from an internal network" },
	{ "from", { { NFT_OP_CT_REPLIES, NULL }, { NFT_OP_ACCEPT, NULL } }, "answers" },
	{ "from", { { NFT_OP_SADDR_UNREACHABLE, NULL }, { NFT_OP_DROP, NULL } }, "nobody sends with another network's address" },
	{ "to", { { NFT_OP_OIF_IN, "internal" }, { NFT_OP_DROP, NULL } }, "nothing into an internal network" },
	{ "to", { { NFT_OP_CT_REPLIES, NULL }, { NFT_OP_ACCEPT, NULL } }, "answers" },
	{ "to", { { NFT_OP_CT_DNAT, NULL }, { NFT_OP_ACCEPT, NULL } }, "published ports" },
	{ "to", { { NFT_OP_PORT4_IN, "direct4" }, { NFT_OP_ACCEPT, NULL } }, "published ports of those that are routed to" },
	{ "to", { { NFT_OP_PORT6_IN, "direct6" }, { NFT_OP_ACCEPT, NULL } }, "the same for IPv6" },
	{ "to",
	  { { NFT_OP_OIF_IN, "routed4" }, { NFT_OP_L4PROTO, "icmp" }, { NFT_OP_ACCEPT, NULL } },
	  "and whether they are there" },
	{ "to", { { NFT_OP_OIF_IN, "routed6" }, { NFT_OP_L4PROTO, "ipv6-icmp" }, { NFT_OP_ACCEPT, NULL } }, "the same for IPv6" },
	{ "to", { { NFT_OP_IIF_IN, "open" }, { NFT_OP_OIF_IN, "open" }, { NFT_OP_ACCEPT, NULL } }, "networks without isolation" },
	{ "to", { { NFT_OP_DROP, NULL } }, "nothing else" },
	{ "forward", { { NFT_OP_IIF_IN, "bridges" }, { NFT_OP_JUMP, "from" } }, "from containers" },
	{ "forward", { { NFT_OP_OIF_IN, "bridges" }, { NFT_OP_JUMP, "to" } }, "to containers" },
	{ "forward",
	  { { NFT_OP_IIF_IN, "unrouted" }, { NFT_OP_OIF_IN, "unrouted" }, { NFT_OP_DROP, NULL } },
	  "the host forwards for its containers, not for others" },
	{ "input",
	  { { NFT_OP_IIF_IN, "internal" }, { NFT_OP_DADDR_NOT_OF_IIF, NULL }, { NFT_OP_DROP, NULL } },
	  "of the host, an internal network sees its gateway alone" },
};

const char *firewall_table(const struct network_home *home, char text[FIREWALL_TABLE_MAX])
{
	uint32_t hash = FNV_START;

	snprintf(text, FIREWALL_TABLE_MAX, "hoy");
	if (strcmp(home->runroot, DEFAULT_PLACE) == 0)
		return text;
	for (const char *c = home->runroot; *c; c++)
		hash = (hash ^ (uint8_t)*c) * FNV_FACTOR;
	snprintf(text, FIREWALL_TABLE_MAX, "hoy-%08x", hash);
	return text;
}

static void change_interface(struct netlink *n, const char *table, const char *set, const char *name, bool add)
{
	struct nft_value key = { .len = 0 };

	nft_value_ifname(&key, name);
	if (add)
		nft_add_element(n, table, set, &key, NULL, NULL);
	else
		nft_delete_element(n, table, set, &key, NULL);
}

static void change_network(struct netlink *n, const char *table, const struct network *net, bool add)
{
	char name[NETWORK_INTERFACE_MAX];
	struct nft_value pair = { .len = 0 };
	const struct {
		const char *set;
		bool in;
	} places[] = {
		{ "bridges", true },
		{ "talking", network_connects(net) },
		{ "open", !network_isolates(net) },
		{ "internal", net->internal },
		{ "outbound4", network_masquerades(net) && !network_routes(net, NETWORK_IPV4) },
		{ "outbound6", network_masquerades(net) && !network_routes(net, NETWORK_IPV6) },
		{ "routed4", network_routes(net, NETWORK_IPV4) },
		{ "routed6", network_routes(net, NETWORK_IPV6) },
	};

	network_interface(net, name);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].in)
			change_interface(n, table, places[i].set, name, add);
	nft_value_ifname(&pair, name);
	nft_value_ifname(&pair, name);
	if (add)
		nft_add_element(n, table, "within", &pair, NULL, NULL);
	else
		nft_delete_element(n, table, "within", &pair, NULL);
}

/* The map that a published port stands in, and its key. */
static const char *publish_key(const struct publish *p, struct nft_value *key)
{
	static const uint8_t any[16];
	size_t size = address_size(&p->host);
	bool on_one = memcmp(p->host.bytes, any, size) != 0;

	*key = (struct nft_value){ .len = 0 };
	if (on_one)
		nft_value_address(key, p->host.bytes, size);
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

/* A container with published ports may call itself by them. */
static void change_self(struct netlink *n, const char *table, const struct endpoint *e, bool add)
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

static void add_ports(struct netlink *n, const char *table, const struct endpoint *e)
{
	change_self(n, table, e, true);
	change_direct(n, table, e, true);
	for (size_t i = 0; i < e->published.count; i++)
		add_port(n, table, e, &e->published.items[i]);
}

/* ---- all of it */

static char *unrouted_path(const struct network_home *home)
{
	return xasprintf("%s/networks/unrouted", home->runroot);
}

static int add_unrouted(const struct network_home *home, struct netlink *n, const char *table)
{
	autofree char *path = unrouted_path(home);
	autobuf text = BUF_INIT;
	autostrv names = { 0 };
	int r = file_read(AT_FDCWD, path, UNROUTED_MAX, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	strv_split(&names, text.data, '\n');
	for (size_t i = 0; i < names.count; i++)
		if (names.items[i][0])
			change_interface(n, table, "unrouted", names.items[i], true);
	return 0;
}

struct building {
	const struct network_home *home;
	struct netlink *netlink;
	const char *table;
};

static int add_endpoint(const struct endpoint *e, void *data)
{
	struct building *b = data;

	add_ports(b->netlink, b->table, e);
	return 0;
}

static int add_network(const struct network *n, void *data)
{
	struct building *b = data;

	if (n->driver != NETWORK_BRIDGE)
		return 0;
	change_network(b->netlink, b->table, n, true);
	return endpoint_each(b->home, n->name, add_endpoint, b);
}

/* In one transaction: there is no moment without rules. The lock is held, exclusive. */
static int build(const struct network_home *home, struct netlink *n)
{
	char table[FIREWALL_TABLE_MAX];
	struct building b = { home, n, firewall_table(home, table) };
	int r;

	nft_begin(n);
	nft_add_table(n, table, MARK, "the rules of hoy's networks, all of them");
	nft_delete_table(n, table, "what is left of an earlier one");
	nft_add_table(n, table, MARK, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		nft_add_set(n, table, &sets[i]);
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		nft_add_chain(n, table, &chains[i]);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		nft_add_rule(n, table, &rules[i]);
	r = add_unrouted(home, n, table);
	if (r == 0)
		r = network_each(home, add_network, &b);
	if (r < 0) {
		netlink_clear(n);
		return r;
	}
	nft_end(n);
	return netlink_commit(n);
}

static bool is_whole(const struct network_home *home, struct netlink *n)
{
	char table[FIREWALL_TABLE_MAX], mark[sizeof MARK + 8];
	uint32_t use;

	return nft_look(n, firewall_table(home, table), &use, mark, sizeof mark) == 0 && strcmp(mark, MARK) == 0 &&
	       use == ARRAY_SIZE(sets) + ARRAY_SIZE(chains);
}

static int take_lock(const struct network_home *home, enum lock_mode mode)
{
	autofree char *dir = xasprintf("%s/networks", home->runroot);
	autofree char *path = xasprintf("%s/lock", dir);
	int fd = lock_take(AT_FDCWD, path, mode), r;

	if (fd != -ENOENT)
		return fd;
	r = dir_make_all(AT_FDCWD, dir, 0700);
	return r < 0 ? r : lock_take(AT_FDCWD, path, mode);
}

int firewall_lock(const struct network_home *home)
{
	return take_lock(home, LOCK_SHARED);
}

int firewall_reload(const struct network_home *home)
{
	autofd int lock = take_lock(home, LOCK_EXCLUSIVE);
	autonetlink n = NETLINK_NONE;
	int r = lock < 0 ? lock : netlink_open(NETLINK_NETFILTER, &n);

	return r < 0 ? r : build(home, &n);
}

int firewall_hold(const struct network_home *home)
{
	autofd int lock = take_lock(home, LOCK_SHARED);
	autonetlink n = NETLINK_NONE;
	int r = lock < 0 ? lock : netlink_open(NETLINK_NETFILTER, &n);

	while (r == 0 && !is_whole(home, &n)) {
		/* alone, and again, for another one may have been faster */
		if (flock(lock, LOCK_EX) < 0)
			return fail_errno("lock the networks");
		if (!is_whole(home, &n))
			r = build(home, &n);
		if (flock(lock, LOCK_SH) < 0)
			return fail_errno("lock the networks");
	}
	return r < 0 ? r : take_fd(&lock);
}

/* ---- parts of it */

static int change(const struct network_home *home, void (*fill)(struct netlink *n, const char *table, const void *what),
		  const void *what)
{
	char table[FIREWALL_TABLE_MAX];
	autonetlink n = NETLINK_NONE;
	int r = netlink_open(NETLINK_NETFILTER, &n);

	if (r < 0)
		return r;
	nft_begin(&n);
	fill(&n, firewall_table(home, table), what);
	nft_end(&n);
	return netlink_commit(&n);
}

static void fill_network(struct netlink *n, const char *table, const void *what)
{
	change_network(n, table, what, true);
}

static void empty_network(struct netlink *n, const char *table, const void *what)
{
	change_network(n, table, what, false);
}

static void fill_ports(struct netlink *n, const char *table, const void *what)
{
	add_ports(n, table, what);
}

static void empty_ports(struct netlink *n, const char *table, const void *what)
{
	const struct endpoint *e = what;

	change_self(n, table, e, false);
	change_direct(n, table, e, false);
	for (size_t i = 0; i < e->published.count; i++)
		delete_port(n, table, &e->published.items[i]);
}

static void fill_unrouted(struct netlink *n, const char *table, const void *what)
{
	const struct strv *names = what;

	for (size_t i = 0; i < names->count; i++)
		change_interface(n, table, "unrouted", names->items[i], true);
}

int firewall_add_network(const struct network_home *home, const struct network *n)
{
	return change(home, fill_network, n);
}

int firewall_remove_network(const struct network_home *home, const struct network *n)
{
	int r = change(home, empty_network, n);

	return r == -ENOENT ? 0 : r;
}

static void empty_self(struct netlink *n, const char *table, const void *what)
{
	change_self(n, table, what, false);
}

/* Each by itself, for some may not be there. */
static int unpublish_each(const struct network_home *home, const struct endpoint *e)
{
	int r = 0;

	for (size_t i = 0; i < e->published.count && (r == 0 || r == -ENOENT); i++) {
		struct endpoint one = { .published = { &e->published.items[i], 1 } };

		r = change(home, empty_ports, &one);
	}
	for (size_t i = 0; i < e->direct.count && (r == 0 || r == -ENOENT); i++) {
		struct endpoint one = { .direct = { &e->direct.items[i], 1 } };

		r = change(home, empty_ports, &one);
	}
	for (int i = 0; i < NETWORK_FAMILIES && (r == 0 || r == -ENOENT); i++) {
		struct endpoint one = { .published = { .count = 1 } };

		one.addresses[i] = e->addresses[i];
		r = e->addresses[i].family ? change(home, empty_self, &one) : 0;
	}
	return r == -ENOENT ? 0 : r;
}

int firewall_unpublish(const struct network_home *home, const struct endpoint *e)
{
	int r = e->published.count > 0 || e->direct.count > 0 ? change(home, empty_ports, e) : 0;

	return r == -ENOENT ? unpublish_each(home, e) : r;
}

/* A connection begins anew by itself; UDP knows none, and its flows outlive containers. */
static int forget_flows(const struct endpoint *e)
{
	autonetlink n = NETLINK_NONE;
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->published.count; i++) {
		const struct publish *p = &e->published.items[i];

		if (p->protocol != IPPROTO_UDP)
			continue;
		if (n.fd < 0)
			r = netlink_open(NETLINK_NETFILTER, &n);
		if (r == 0) {
			conntrack_forget_udp(&n, (uint8_t)p->host.family, p->first);
			/* conntrack takes one message at a time */
			r = netlink_commit(&n);
		}
	}
	return r;
}

int firewall_publish(const struct network_home *home, const struct endpoint *e)
{
	int r = e->published.count > 0 || e->direct.count > 0 ? change(home, fill_ports, e) : 0;

	if (r == -EEXIST || r == -EBUSY) {
		/* the sockets say that the ports are this container's (port.h): what is there is what a killed one left */
		r = unpublish_each(home, e);
		if (r == 0)
			r = change(home, fill_ports, e);
	}
	if (r < 0)
		return r;
	r = forget_flows(e);
	if (r < 0) /* a kernel without this: the port is published all the same */
		log_debug("UDP flows of before stay as they are: %s", error_text(r));
	return 0;
}

int firewall_keep_unrouted(const struct network_home *home, const struct strv *interfaces)
{
	autofree char *path = unrouted_path(home), *text = strv_join(interfaces, "\n");
	int r;

	if (interfaces->count == 0)
		return 0;
	r = file_write(AT_FDCWD, path, text, strlen(text), 0600, FILE_VOLATILE);
	return r < 0 ? r : change(home, fill_unrouted, interfaces);
}
