/* SPDX-License-Identifier: Apache-2.0 */
#include "network/bridge.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "kernel/step.h"
#include "network/firewall.h"
#include "network/interface.h"
#include "network/network_option.h"
#include "network/sysctl.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The address is set, not left to the kernel, which would take the lowest of the ports': neighbours would lose it. */
static void create(struct netlink *route, const struct network *n, const char *name)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	const struct address *gateway = &n->pools[NETWORK_IPV4].gateway;
	struct address own = { 0 };
	uint32_t mtu = network_mtu(n);
	uint8_t mac[MAC_SIZE];
	char text[MAC_TEXT_MAX];
	size_t info;

	if (!gateway->family)
		gateway = &n->pools[NETWORK_IPV6].gateway;
	if (!gateway->family) {
		own.family = AF_INET;
		random_bytes(own.bytes, 4);
		gateway = &own;
	}
	mac_of_address(gateway, mac);
	netlink_begin(route, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
	netlink_put_str(route, IFLA_IFNAME, name);
	netlink_put(route, IFLA_ADDRESS, mac, sizeof mac);
	if (mtu)
		netlink_put_u32(route, IFLA_MTU, mtu);
	info = interface_begin_kind(route, "bridge");
	netlink_nest_end(route, info);
	netlink_end(route, "link", "the switch that the network's containers are plugged into", "create the bridge %s", name);
	netlink_tolerate(route, EEXIST); /* somebody else is starting here, too */
	if (step_heard())
		netlink_say(route, "ip link add %s address %s type bridge", name, mac_text(mac, text));
}

/* What the interface is told before it is up. */
static int set_up_host(const struct network *n, const char *name)
{
	autofree char *localnet = xasprintf("ipv4/conf/%s/route_localnet", name);
	autofree char *ra = xasprintf("ipv6/conf/%s/accept_ra", name), *off = xasprintf("ipv6/conf/%s/disable_ipv6", name);
	int r = sysctl_set("ports published on 127.0.0.1 lead to containers", "", localnet, "1", false);

	if (r == 0)
		r = sysctl_set("no container advertises itself as a router (CVE-2020-10749)", "", ra, "0", true);
	if (r == 0 && (!network_has(n, NETWORK_IPV6) || network_hides_host(n, NETWORK_IPV6)))
		r = sysctl_set("the host has no IPv6 on this network", "", off, "1", true);
	return r == -ENOENT ? 0 : r;
}

static int see_interface(const struct nlmsghdr *answer, void *data)
{
	size_t len;
	const char *name = netlink_attribute(answer, sizeof(struct ifinfomsg), IFLA_IFNAME, &len);
	bool plugged_in = netlink_attribute(answer, sizeof(struct ifinfomsg), IFLA_MASTER, &len);

	/* a port of a bridge is nobody's way in, the bridge is; bridges of ours have rules of their own */
	if (name && strcmp(name, "lo") != 0 && strncmp(name, "hoy", 3) != 0 && !plugged_in)
		strv_add(data, name);
	return 0;
}

/* The interfaces that are there now, before the host forwards: what it did not do between them, it shall not do for us. */
static int keep_unrouted(const struct network_home *home, struct netlink *route)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	autostrv names = { 0 };
	int r;

	netlink_begin(route, RTM_GETLINK, NLM_F_DUMP, &header, sizeof header);
	netlink_end_frame(route);
	r = netlink_ask(route, see_interface, &names);
	return r < 0 ? fail_code(r, "list the interfaces") : firewall_keep_unrouted(home, &names);
}

/* A host that routes does not listen to routers any more (accept_ra 1), and would lose its own way out. */
static int keep_advertisements(struct netlink *route)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	autostrv names = { 0 };
	int r;

	netlink_begin(route, RTM_GETLINK, NLM_F_DUMP, &header, sizeof header);
	netlink_end_frame(route);
	r = netlink_ask(route, see_interface, &names);
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		autofree char *path = xasprintf("ipv6/conf/%s/accept_ra", names.items[i]);

		if (sysctl_is(path, "1"))
			r = sysctl_set("the host goes on listening to its routers", "", path, "2", false);
	}
	return r;
}

static int forward(const struct network_home *home, const struct network *n, struct netlink *route)
{
	int r = 0;

	if (n->internal)
		return 0;
	if (network_has(n, NETWORK_IPV4) && !sysctl_is("ipv4/ip_forward", "1")) {
		r = keep_unrouted(home, route);
		if (r == 0)
			r = sysctl_set("the host passes packets of its containers on", "", "ipv4/ip_forward", "1", false);
	}
	if (r == 0 && network_has(n, NETWORK_IPV6) && !sysctl_is("ipv6/conf/all/forwarding", "1")) {
		r = keep_unrouted(home, route);
		if (r == 0)
			r = keep_advertisements(route);
		if (r == 0)
			r = sysctl_set("the host passes packets of its containers on", "", "ipv6/conf/all/forwarding", "1", false);
	}
	return r;
}

static int make_or_repair(const struct network_home *home, const struct network *n, struct netlink *route, const char *name)
{
	int r = 0, index = interface_index(route, name);

	if (index < 0) {
		r = firewall_add_network(home, n);
		if (r == 0) {
			create(route, n, name);
			r = netlink_commit(route);
		}
		index = interface_index(route, name);
	}
	if (r == 0 && index < 0)
		r = fail_code(index, "find the bridge %s", name);
	if (r == 0)
		r = set_up_host(n, name);
	if (r < 0)
		return r;
	for (int i = 0; i < NETWORK_FAMILIES; i++) {
		const struct network_pool *p = &n->pools[i];

		if (p->gateway.family)
			interface_add_address(route, "", name, index, &p->gateway, p->subnet.prefix, "the gateway of the network");
	}
	interface_set_up(route, "", name, index, "the switch works");
	r = netlink_commit(route);
	return r < 0 ? r : index;
}

int bridge_ensure(const struct network_home *home, const struct network *n, struct netlink *route)
{
	char name[NETWORK_INTERFACE_MAX];
	int index, r = 0;

	network_interface(n, name);
	index = interface_index(route, name);
	if (index < 0 || !interface_is_ready(name, &n->pools[NETWORK_IPV4].gateway))
		index = make_or_repair(home, n, route, name);
	if (index >= 0)
		r = forward(home, n, route);
	return r < 0 ? r : index;
}

int bridge_remove(const struct network *n, struct netlink *route)
{
	char name[NETWORK_INTERFACE_MAX];
	int index = interface_index(route, network_interface(n, name));

	if (index < 0)
		return 0;
	interface_remove(route, name, index, "the network is removed");
	return netlink_commit(route);
}
