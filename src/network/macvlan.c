/* SPDX-License-Identifier: Apache-2.0 */
#include "network/macvlan.h"

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "kernel/step.h"
#include "network/network_option.h"
#include "network/vlan.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int create(const struct network *n, struct netlink *host, const struct interface_place *p, const struct endpoint *e)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	char parent[NETWORK_INTERFACE_MAX], mac[MAC_TEXT_MAX];
	int index = interface_index(host, network_interface(n, parent));
	size_t info, data;

	if (index == -ENODEV) {
		index = vlan_make(host, parent);
		index = index < 0 ? index : interface_index(host, parent);
	}
	if (index < 0)
		return fail_code(index, "find the interface %s of the network %s", parent, n->name);
	netlink_begin(host, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
	netlink_put_u32(host, IFLA_LINK, (uint32_t)index);
	interface_put_inside(host, p, e->interface, e->mac, network_mtu(n));
	info = interface_begin_kind(host, "macvlan");
	data = netlink_nest(host, IFLA_INFO_DATA);
	netlink_put_u32(host, IFLA_MACVLAN_MODE, network_macvlan_mode(n));
	netlink_nest_end(host, data);
	netlink_nest_end(host, info);
	netlink_end(host, "link", "a second face of the host's interface", "create a macvlan of %s", parent);
	if (step_heard())
		netlink_say(host, "ip link add link %s name %s address %s netns $PID type macvlan", parent, e->interface,
			    mac_text(e->mac, mac));
	return netlink_commit(host);
}

static int see_number(const struct nlmsghdr *answer, void *data)
{
	struct endpoint *e = data;
	size_t len;
	const void *value = netlink_attribute(answer, NLMSG_ALIGN(sizeof(struct rtgenmsg)), NETNSA_NSID, &len);

	if (value && len == sizeof e->nsid)
		memcpy(&e->nsid, value, len);
	return 0;
}

/* The number that the host's namespace has for the container's; it gets one where it has none. */
static int number_namespace(struct netlink *host, int netns, struct endpoint *e)
{
	struct rtgenmsg header = { .rtgen_family = AF_UNSPEC };
	int r;

	netlink_begin(host, RTM_NEWNSID, 0, &header, sizeof header);
	netlink_put_u32(host, NETNSA_NSID, UINT32_MAX);
	netlink_put_u32(host, NETNSA_FD, (uint32_t)netns);
	netlink_end(host, "link", "to find the interface when the container is gone",
		    "number the network namespace of the container");
	netlink_tolerate(host, EEXIST);
	r = netlink_commit(host);
	if (r < 0)
		return r;
	netlink_begin(host, RTM_GETNSID, 0, &header, sizeof header);
	netlink_put_u32(host, NETNSA_FD, (uint32_t)netns);
	netlink_end_frame(host);
	r = netlink_ask(host, see_number, e);
	return r < 0 ? fail_code(r, "ask for the number of the network namespace") : 0;
}

/* Linux 5.5 */
static int add_name(struct interface_place *p, const struct endpoint *e)
{
	struct ifinfomsg header = { .ifi_index = interface_index(&p->route, e->interface) };
	size_t list;

	netlink_begin(&p->route, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, &header, sizeof header);
	list = netlink_nest(&p->route, IFLA_PROP_LIST);
	netlink_put_str(&p->route, IFLA_ALT_IFNAME, e->link);
	netlink_nest_end(&p->route, list);
	netlink_end(&p->route, "link", "a name that nobody else has", "name the interface %s in the container", e->interface);
	if (step_heard())
		netlink_say(&p->route, "%sip link property add dev %s altname %s", p->where, e->interface, e->link);
	return netlink_commit(&p->route);
}

int macvlan_create(const struct network *n, struct netlink *host, struct interface_place *p, struct endpoint *e)
{
	char digits[8];
	int r = number_namespace(host, p->netns, e);

	if (r == 0)
		r = create(n, host, p, e);
	if (r < 0)
		return r;
	random_hex(digits, sizeof digits - 1);
	snprintf(e->link, sizeof e->link, "macvlan%s", digits);
	e->macvlan = true;
	return add_name(p, e);
}

void macvlan_cut(const struct endpoint *e)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	autonetlink host = NETLINK_NONE;
	int r = netlink_open(NETLINK_ROUTE, &host);

	if (r == 0) {
		netlink_begin(&host, RTM_DELLINK, 0, &header, sizeof header);
		netlink_put_u32(&host, IFLA_TARGET_NETNSID, e->nsid);
		netlink_put_str(&host, IFLA_ALT_IFNAME, e->link);
		netlink_end(&host, "link", "its addresses are free for others now", "remove the interface %s", e->link);
		netlink_tolerate(&host, ENODEV);
		if (step_heard())
			netlink_say(&host, "true # ip link delete %s, in the namespace that the host's knows as %u", e->link,
				    e->nsid);
		r = netlink_commit(&host);
	}
	/* no namespace has this number any more */
	if (r < 0 && r != -EINVAL)
		log_warning("the interface of %.12s may answer for its address a little longer: %s", e->id, error_text(r));
	error_clear();
}
