/* SPDX-License-Identifier: Apache-2.0 */
#include "network/veth.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "kernel/process.h"
#include "kernel/step.h"
#include "network/interface.h"
#include "network/macvlan.h"
#include "network/network_option.h"
#include "network/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ENGINE_FAILED   125
#define INTERFACES_MAX  1000
#define LEAVING_TRIES   500 /* ten seconds: the kernel takes namespaces down one after the other */
#define LEAVING_NS      20000000
#define INSIDE          "nsenter -t $PID -n "
#define BRIDGED_PACKETS "bridge/bridge-nf-call-iptables"

/* What comes into the namespace from here on: IPv6 if the network has it, and then without routers that advertise themselves. */
static int prepare(const struct network *n)
{
	int r;

	if (network_has(n, NETWORK_IPV6)) {
		r = sysctl_set("the network has IPv6", INSIDE, "ipv6/conf/default/disable_ipv6", "0", true);
		if (r == 0)
			r = sysctl_set("no neighbour becomes its router (CVE-2020-10749)", INSIDE, "ipv6/conf/default/accept_ra",
				       "0", true);
	} else {
		r = sysctl_set("the network has no IPv6 (CVE-2024-32473)", INSIDE, "ipv6/conf/default/disable_ipv6", "1", true);
	}
	return r == -ENOENT ? 0 : r;
}

int veth_enter(int netns, const struct network *n, struct interface_place *ret)
{
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int r;

	*ret = INTERFACE_PLACE_NONE;
	if (own < 0)
		return fail_errno("open /proc/self/ns/net");
	if (setns(netns, CLONE_NEWNET) < 0)
		return fail_errno("enter the network namespace of the container");
	r = prepare(n);
	if (r == 0)
		r = netlink_open(NETLINK_ROUTE, &ret->route);
	/* nobody must go on in a stranger's namespace */
	if (setns(own, CLONE_NEWNET) < 0)
		_exit(ENGINE_FAILED);
	ret->netns = netns;
	ret->where = INSIDE;
	return r;
}

void veth_leave(struct interface_place *p)
{
	netlink_release(&p->route);
}

int veth_choose_names(const struct network *n, struct interface_place *p, struct endpoint *e)
{
	const char *prefix = network_interface_prefix(n);
	char digits[8];
	bool given = e->interface[0];
	int r = 0;

	for (unsigned int i = 0; r >= 0 && i < (given ? 1 : INTERFACES_MAX); i++) {
		if (!given)
			snprintf(e->interface, sizeof e->interface, "%.11s%u", prefix, i);
		r = interface_index(&p->route, e->interface);
	}
	if (r >= 0 && given)
		return fail(-EEXIST, "the container has an interface %s already", e->interface);
	if (r != -ENODEV)
		return r < 0 ? fail_code(r, "look for a name in the container")
			     : fail(-EEXIST, "the container has too many interfaces");
	random_hex(digits, sizeof digits - 1);
	if (n->driver == NETWORK_BRIDGE) {
		snprintf(e->link, sizeof e->link, "veth%s", digits);
		network_interface(n, e->bridge);
	}
	return 0;
}

static void add_veth(struct netlink *host, const struct network *n, int bridge, const struct interface_place *p,
		     const struct endpoint *e)
{
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP }, down = { .ifi_family = AF_UNSPEC };
	uint32_t mtu = network_mtu(n);
	char mac[MAC_TEXT_MAX], on[NETWORK_INTERFACE_MAX];
	size_t info, data, peer;

	netlink_begin(host, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up, sizeof up);
	netlink_put_str(host, IFLA_IFNAME, e->link);
	netlink_put_u32(host, IFLA_MASTER, (uint32_t)bridge);
	if (mtu)
		netlink_put_u32(host, IFLA_MTU, mtu);
	info = interface_begin_kind(host, "veth");
	data = netlink_nest(host, IFLA_INFO_DATA);
	peer = netlink_nest(host, VETH_INFO_PEER);
	netlink_put_raw(host, &down, sizeof down);
	/* it cannot be up before it has another end */
	interface_put_inside(host, p, e->interface, e->mac, mtu);
	netlink_nest_end(host, peer);
	netlink_nest_end(host, data);
	netlink_nest_end(host, info);
	netlink_end(host, "link", "a virtual cable from the switch into the container", "create the interface %s", e->link);
	if (step_heard())
		netlink_say(host, "ip link add %s master %s up type veth peer name %s address %s netns $PID", e->link,
			    network_interface(n, on), e->interface, mac_text(e->mac, mac));
}

/*
 * What the port of the bridge does, by its name: the second message of the batch that makes it. Isolated (Linux 4.18): containers
 * do not talk to each other. Hairpin: where bridged packets pass the firewall, too (br_netfilter), a container that calls its
 * own published port gets its packet back through the port that it came from.
 */
static void configure_port(struct netlink *host, const struct endpoint *e, bool isolated, bool hairpin)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	size_t info, data;

	if (!isolated && !hairpin)
		return;
	netlink_begin(host, RTM_NEWLINK, 0, &header, sizeof header);
	netlink_put_str(host, IFLA_IFNAME, e->link);
	info = netlink_nest(host, IFLA_LINKINFO);
	netlink_put_str(host, IFLA_INFO_SLAVE_KIND, "bridge");
	data = netlink_nest(host, IFLA_INFO_SLAVE_DATA);
	if (isolated)
		netlink_put_u8(host, IFLA_BRPORT_ISOLATED, 1);
	if (hairpin)
		netlink_put_u8(host, IFLA_BRPORT_MODE, 1);
	netlink_nest_end(host, data);
	netlink_nest_end(host, info);
	netlink_end(host, "link",
		    isolated ? "its containers do not talk to each other" : "a container may call its own published port",
		    "configure the interface %s", e->link);
	if (step_heard())
		netlink_say(host, "ip link set %s type bridge_slave%s%s", e->link, isolated ? " isolated on" : "",
			    hairpin ? " hairpin on" : "");
}

int veth_lead_out(const struct network *n, struct interface_place *p, const struct endpoint *e)
{
	int index = interface_index(&p->route, e->interface);

	for (int i = 0; index >= 0 && i < NETWORK_FAMILIES; i++)
		if (e->addresses[i].family && n->pools[i].gateway.family && !n->internal)
			interface_set_default_route(&p->route, p->where, e->interface, index, &n->pools[i].gateway);
	return netlink_commit(&p->route);
}

static int set_up_inside(const struct network *n, struct interface_place *p, const struct endpoint *e, bool gateway)
{
	int index = interface_index(&p->route, e->interface);

	if (index < 0)
		return fail_code(index, "find the interface %s in the container", e->interface);
	interface_set_up(&p->route, p->where, e->interface, index, "the container's end");
	for (int i = 0; i < NETWORK_FAMILIES; i++)
		if (e->addresses[i].family)
			interface_add_address(&p->route, p->where, e->interface, index, &e->addresses[i], e->prefixes[i],
					      "the container's address");
	return gateway ? veth_lead_out(n, p, e) : netlink_commit(&p->route);
}

void veth_pin(const struct network *n, struct netlink *host, int bridge, const struct endpoint *e)
{
	int port = interface_index(host, e->link);

	if (port >= 0)
		interface_pin_mac(host, e->link, port, e->mac);
	for (int i = 0; e->id[0] && i < NETWORK_FAMILIES; i++)
		if (e->addresses[i].family && n->pools[i].gateway.family)
			interface_pin_address(host, e->bridge, bridge, &e->addresses[i], e->mac);
}

int veth_plug(const struct network *n, struct netlink *host, int bridge, struct interface_place *p, struct endpoint *e,
	      bool gateway)
{
	int r;

	if (n->driver == NETWORK_MACVLAN) {
		r = macvlan_create(n, host, p, e);
	} else {
		add_veth(host, n, bridge, p, e);
		configure_port(host, e, e->id[0] && !network_connects(n), e->published.count && sysctl_is(BRIDGED_PACKETS, "1"));
		r = netlink_commit(host);
		if (r == 0)
			veth_pin(n, host, bridge, e);
		if (r == 0)
			r = netlink_commit(host);
	}
	if (r == 0)
		r = set_up_inside(n, p, e, gateway);
	/* the one that had this address before: its namespace is on its way out */
	for (unsigned int i = 0; r == -EADDRINUSE && e->macvlan && i < LEAVING_TRIES; i++) {
		error_clear();
		(void)nanosleep(&(struct timespec){ .tv_nsec = LEAVING_NS }, NULL);
		r = set_up_inside(n, p, e, gateway);
	}
	return r;
}

int veth_allow_own_ports(const struct endpoint *e)
{
	autonetlink host = NETLINK_NONE;
	int r;

	if (e->macvlan || !sysctl_is(BRIDGED_PACKETS, "1"))
		return 0;
	r = netlink_open(NETLINK_ROUTE, &host);
	if (r < 0)
		return r;
	configure_port(&host, e, false, true);
	return netlink_commit(&host);
}

int veth_unplug(struct interface_place *p, const struct endpoint *e)
{
	int index = interface_index(&p->route, e->interface);

	if (index < 0)
		return 0;
	interface_remove(&p->route, e->interface, index, "the container leaves the network");
	return netlink_commit(&p->route);
}

static void unpin(struct netlink *host, const struct endpoint *e)
{
	int bridge = interface_index(host, e->bridge);

	for (int i = 0; bridge >= 0 && i < NETWORK_FAMILIES; i++)
		if (e->addresses[i].family)
			interface_unpin_address(host, e->bridge, bridge, &e->addresses[i]);
}

void veth_cut(const struct endpoint *e)
{
	struct ifinfomsg down = { .ifi_change = IFF_UP };
	autonetlink host = NETLINK_NONE;
	int r;

	if (e->macvlan)
		macvlan_cut(e);
	if (e->macvlan || !e->link[0])
		return;
	r = netlink_open(NETLINK_ROUTE, &host);
	if (r == 0) {
		netlink_begin(&host, RTM_NEWLINK, 0, &down, sizeof down);
		netlink_put_str(&host, IFLA_IFNAME, e->link);
		netlink_end(&host, "link", "its addresses are free for others now", "bring down the interface %s", e->link);
		netlink_tolerate(&host, ENODEV);
		if (step_heard())
			netlink_say(&host, "ip link set %s down", e->link);
		unpin(&host, e);
		r = netlink_commit(&host);
	}
	if (r < 0)
		log_warning("the cable of %.12s may answer for its address a little longer: %s", e->id, error_text(r));
}
