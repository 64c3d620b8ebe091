/* SPDX-License-Identifier: Apache-2.0 */
#include "network/pool.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "kernel/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* The first subnet, and how many follow it. */
static const struct {
	uint8_t first[4];
	unsigned int prefix, count;
} pools[] = { { { 172, 17, 0, 0 }, 16, 15 }, { { 192, 168, 0, 0 }, 20, 16 } };

struct search {
	const struct subnet *subnet;
	bool taken;
};

static int compare_network(const struct network *n, void *data)
{
	struct search *s = data;

	for (int i = 0; i < NETWORK_FAMILIES && !n->config_only; i++)
		s->taken |= network_has(n, i) && subnet_overlaps(&n->pools[i].subnet, s->subnet);
	return s->taken;
}

/* A route that leads there; the default route leads everywhere. */
static int compare_route(const struct nlmsghdr *answer, void *data)
{
	struct search *s = data;
	struct subnet route = { 0 };
	struct rtmsg header;
	const void *destination;
	size_t len;

	memcpy(&header, NLMSG_DATA(answer), sizeof header);
	destination = netlink_attribute(answer, sizeof header, RTA_DST, &len);
	route.address.family = header.rtm_family;
	if (!destination || header.rtm_dst_len == 0 || len != address_size(&route.address))
		return 0;
	memcpy(route.address.bytes, destination, len);
	route.prefix = header.rtm_dst_len;
	s->taken |= subnet_overlaps(&route, s->subnet);
	return 0;
}

static int find_route(struct search *s)
{
	struct rtmsg header = { .rtm_family = (uint8_t)s->subnet->address.family };
	autonetlink n = NETLINK_NONE;
	int r = netlink_open(NETLINK_ROUTE, &n);

	if (r < 0)
		return r;
	netlink_begin(&n, RTM_GETROUTE, NLM_F_DUMP, &header, sizeof header);
	netlink_end_frame(&n);
	r = netlink_ask(&n, compare_route, s);
	return r < 0 ? fail_code(r, "list the routes") : 0;
}

/* Of the host's own addresses the kernel keeps routes, too (table local). */
static int is_taken(const struct network_home *home, const struct subnet *subnet, bool *ret)
{
	struct search s = { .subnet = subnet };
	int r = network_each(home, compare_network, &s);

	if (r >= 0 && !s.taken)
		r = find_route(&s);
	*ret = s.taken;
	return r < 0 ? r : 0;
}

static int choose_ipv6(struct subnet *ret)
{
	struct subnet s = { { .family = AF_INET6 }, 64 };

	s.address.bytes[0] = 0xfd;
	random_bytes(s.address.bytes + 1, 5);
	*ret = s;
	return 0;
}

int pool_choose(const struct network_home *home, int family, struct subnet *ret)
{
	if (family == NETWORK_IPV6)
		return choose_ipv6(ret);
	for (size_t i = 0; i < ARRAY_SIZE(pools); i++)
		for (unsigned int k = 0; k < pools[i].count; k++) {
			struct subnet s = { { .family = AF_INET }, pools[i].prefix };
			bool taken;
			int r;

			memcpy(s.address.bytes, pools[i].first, 4);
			if (pools[i].prefix == 16)
				s.address.bytes[1] = (uint8_t)(s.address.bytes[1] + k);
			else
				s.address.bytes[2] = (uint8_t)(k << 4);
			r = is_taken(home, &s, &taken);
			if (r < 0)
				return r;
			if (!taken) {
				*ret = s;
				return 0;
			}
		}
	return fail_hint(
		fail(-ENOSPC,
		     "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"),
		"remove networks that are not used (hoy network prune), or say --subnet");
}

int pool_check(const struct network_home *home, const struct subnet *subnet)
{
	struct search s = { .subnet = subnet };
	int r = network_each(home, compare_network, &s);

	return r < 0 ? r : s.taken ? fail(-EEXIST, "Pool overlaps with other one on this address space") : 0;
}
