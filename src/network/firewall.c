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
#include "network/firewall_element.h"
#include "network/firewall_rules.h"
#include "network/network_option.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

#define UNROUTED_MAX  (64 << 10)
#define FNV_START     2166136261U
#define FNV_FACTOR    16777619U
#define DEFAULT_PLACE "/run/hoy"

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
			firewall_interface(n, table, "unrouted", names.items[i], true);
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

	firewall_ports(b->netlink, b->table, e, true);
	return 0;
}

static int add_network(const struct network *n, void *data)
{
	struct building *b = data;

	if (n->driver != NETWORK_BRIDGE)
		return 0;
	firewall_network(b->netlink, b->table, n, true);
	return endpoint_each(b->home, n->name, add_endpoint, b);
}

/* In one transaction: there is no moment without rules. The lock is held, exclusive. */
static int build(const struct network_home *home, struct netlink *n)
{
	char table[FIREWALL_TABLE_MAX];
	struct building b = { home, n, firewall_table(home, table) };
	int r;

	nft_begin(n);
	firewall_rules_add(n, table);
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
	char table[FIREWALL_TABLE_MAX];
	autonetlink n = NETLINK_NONE;
	int r = lock < 0 ? lock : netlink_open(NETLINK_NETFILTER, &n);

	while (r == 0 && !firewall_rules_are_whole(&n, firewall_table(home, table))) {
		/* alone, and again, for another one may have been faster */
		if (flock(lock, LOCK_EX) < 0)
			return fail_errno("lock the networks");
		if (!firewall_rules_are_whole(&n, firewall_table(home, table)))
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
	firewall_network(n, table, what, true);
}

static void empty_network(struct netlink *n, const char *table, const void *what)
{
	firewall_network(n, table, what, false);
}

static void fill_ports(struct netlink *n, const char *table, const void *what)
{
	firewall_ports(n, table, what, true);
}

static void empty_ports(struct netlink *n, const char *table, const void *what)
{
	firewall_ports(n, table, what, false);
}

static void fill_unrouted(struct netlink *n, const char *table, const void *what)
{
	const struct strv *names = what;

	for (size_t i = 0; i < names->count; i++)
		firewall_interface(n, table, "unrouted", names->items[i], true);
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
	firewall_self(n, table, what, false);
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
		if (r == 0)
			r = conntrack_forget_port(&n, (uint8_t)p->host.family, p->first);
	}
	return r;
}

static void forget_flows_or_say(const struct endpoint *e)
{
	int r = forget_flows(e);

	if (r < 0) /* a kernel without this: the port is published all the same */
		log_debug("UDP flows of before stay as they are: %s", error_text(r));
}

static bool has_udp(const struct publishes *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].protocol == IPPROTO_UDP)
			return true;
	return false;
}

/* Who has its addresses next is not to get what is sent to its ports. */
static void forget_way(const struct endpoint *e)
{
	autonetlink n = NETLINK_NONE;
	int r = 0;

	if (!has_udp(&e->published) && !has_udp(&e->direct))
		return;
	r = netlink_open(NETLINK_NETFILTER, &n);
	for (int i = 0; r == 0 && i < NETWORK_FAMILIES; i++)
		if (e->addresses[i].family)
			r = conntrack_forget_address(&n, (uint8_t)e->addresses[i].family, e->addresses[i].bytes);
	if (r < 0)
		log_debug("UDP flows of before stay as they are: %s", error_text(r));
}

int firewall_unpublish(const struct network_home *home, const struct endpoint *e)
{
	int r = e->published.count > 0 || e->direct.count > 0 ? change(home, empty_ports, e) : 0;

	if (r == -ENOENT)
		r = unpublish_each(home, e);
	if (r == 0)
		forget_way(e);
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
	forget_flows_or_say(e);
	return 0;
}

static void move_ports(struct netlink *n, const char *table, const void *what)
{
	const struct endpoint *const *both = what;

	for (int i = 0; i < 2; i++) {
		/* what leads to its own addresses stays */
		struct endpoint bound = { .published = both[i]->published };

		memcpy(bound.addresses, both[i]->addresses, sizeof bound.addresses);
		firewall_ports(n, table, &bound, i == 1);
	}
}

int firewall_move(const struct network_home *home, const struct endpoint *from, const struct endpoint *to)
{
	const struct endpoint *both[] = { from, to };
	int r;

	if (!from->published.count && !to->published.count)
		return 0;
	r = change(home, move_ports, both);
	if (r == -ENOENT || r == -EEXIST || r == -EBUSY) {
		/* some were not there, or are what a killed one left */
		struct endpoint old = { .published = from->published };

		memcpy(old.addresses, from->addresses, sizeof old.addresses);
		r = unpublish_each(home, &old);
		return r < 0 ? r : firewall_publish(home, to);
	}
	if (r < 0)
		return r;
	forget_flows_or_say(from);
	forget_flows_or_say(to);
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
