/* SPDX-License-Identifier: Apache-2.0 */
#include "network/vlan.h"

#include "base/error.h"
#include "base/number.h"
#include "kernel/step.h"
#include "network/interface.h"
#include "network/network_option.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ALIAS  "made by hoy"
#define ID_MAX 4094 /* IEEE 802.1Q */

/* The number of the interface that it is on, and its own; or -ENODEV. */
static int parse(const struct netlink *host, const char *name, uint16_t *ret_id)
{
	char base[NETWORK_INTERFACE_MAX];
	const char *dot = strrchr(name, '.');
	uint32_t id;

	if (!dot || number_u32(dot + 1, &id) < 0 || id < 1 || id > ID_MAX)
		return -ENODEV;
	snprintf(base, sizeof base, "%.*s", (int)(dot - name), name);
	*ret_id = (uint16_t)id;
	return interface_index(host, base);
}

bool vlan_is_possible(const struct netlink *host, const char *name)
{
	uint16_t id;

	return parse(host, name, &id) > 0;
}

/* The kernel takes no alias when it makes one. */
static int mark(struct netlink *host, const char *name)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };

	netlink_begin(host, RTM_NEWLINK, 0, &header, sizeof header);
	netlink_put_str(host, IFLA_IFNAME, name);
	netlink_put_str(host, IFLA_IFALIAS, ALIAS);
	netlink_end(host, "link", "whoever removes the network knows whose it is", "set the alias of %s", name);
	if (step_heard())
		netlink_say(host, "ip link set %s alias '" ALIAS "'", name);
	return netlink_commit(host);
}

int vlan_make(struct netlink *host, const char *name)
{
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	size_t info, data;
	uint16_t id;
	int base = parse(host, name, &id), r;

	if (base < 0)
		return base;
	netlink_begin(host, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up, sizeof up);
	netlink_put_str(host, IFLA_IFNAME, name);
	netlink_put_u32(host, IFLA_LINK, (uint32_t)base);
	info = interface_begin_kind(host, "vlan");
	data = netlink_nest(host, IFLA_INFO_DATA);
	netlink_put(host, IFLA_VLAN_ID, &id, sizeof id);
	netlink_nest_end(host, data);
	netlink_nest_end(host, info);
	netlink_end(host, "link", "the VLAN that the network's containers are on", "create the VLAN %s", name);
	if (step_heard())
		netlink_say(host, "ip link add link %.*s name %s up type vlan id %u", (int)(strrchr(name, '.') - name), name, name,
			    id);
	r = netlink_commit(host);
	if (r < 0)
		return r == -EEXIST ? 0 : r; /* somebody was faster: then it is theirs */
	return mark(host, name);
}

static int see_alias(const struct nlmsghdr *answer, void *data)
{
	size_t len;
	const char *alias = netlink_attribute(answer, sizeof(struct ifinfomsg), IFLA_IFALIAS, &len);

	*(bool *)data = alias && strcmp(alias, ALIAS) == 0;
	return 0;
}

static bool is_ours(struct netlink *host, int index)
{
	struct ifinfomsg header = { .ifi_index = index };
	bool ours = false;

	netlink_begin(host, RTM_GETLINK, 0, &header, sizeof header);
	netlink_end_frame(host);
	return netlink_ask(host, see_alias, &ours) == 0 && ours;
}

static int is_user(const struct network *other, void *data)
{
	const struct network *n = data;
	char parent[NETWORK_INTERFACE_MAX], theirs[NETWORK_INTERFACE_MAX];

	return other->driver == NETWORK_MACVLAN && strcmp(other->name, n->name) != 0 &&
	       strcmp(network_interface(other, theirs), network_interface(n, parent)) == 0;
}

int vlan_remove(const struct network_home *home, const struct network *n)
{
	char parent[NETWORK_INTERFACE_MAX];
	autonetlink host = NETLINK_NONE;
	int r = network_each(home, is_user, (void *)n), index;

	if (r != 0)
		return r < 0 ? r : 0;
	r = netlink_open(NETLINK_ROUTE, &host);
	if (r < 0)
		return r;
	index = interface_index(&host, network_interface(n, parent));
	if (index < 0 || !is_ours(&host, index))
		return 0;
	interface_remove(&host, parent, index, "the last network on it is removed");
	return netlink_commit(&host);
}
