/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/conntrack.h"

#include "kernel/step.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

/* Which parts of the tuple are compared (Linux 5.8; older headers do not have them). */
#define FILTER_ATTRIBUTE  25 /* CTA_FILTER */
#define FILTER_ORIGINAL   1  /* CTA_FILTER_ORIG_FLAGS */
#define FILTER_REPLY      2  /* CTA_FILTER_REPLY_FLAGS */
#define FILTER_SOURCE     (1U << 0)
#define FILTER_PROTOCOL   (1U << 3)
#define FILTER_PORT       (1U << 5)
#define RESPECTING_FAMILY 1 /* the version in which the kernel looks at the family */

static void begin(struct netlink *n, uint8_t family)
{
	struct nfgenmsg header = { .nfgen_family = family, .version = RESPECTING_FAMILY };

	netlink_begin(n, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, &header, sizeof header);
}

static void put_filter(struct netlink *n, uint16_t which, uint32_t parts)
{
	size_t filter = netlink_nest(n, FILTER_ATTRIBUTE);

	netlink_put_u32(n, which, parts);
	netlink_nest_end(n, filter);
}

void conntrack_forget_udp(struct netlink *n, uint8_t family, uint16_t port)
{
	uint16_t number = htons(port);
	size_t tuple, protocol;

	begin(n, family);
	tuple = netlink_nest(n, CTA_TUPLE_ORIG);
	protocol = netlink_nest(n, CTA_TUPLE_PROTO);
	netlink_put_u8(n, CTA_PROTO_NUM, IPPROTO_UDP);
	netlink_put(n, CTA_PROTO_DST_PORT, &number, sizeof number);
	netlink_nest_end(n, protocol);
	netlink_nest_end(n, tuple);
	put_filter(n, FILTER_ORIGINAL, FILTER_PROTOCOL | FILTER_PORT);
	netlink_end(n, "conntrack", "flows of before are led anew", "forget the UDP flows to port %u", port);
	netlink_tolerate(n, ENOENT);
	if (step_heard())
		netlink_say(n, "conntrack -D -f %s -p udp --orig-port-dst %u", family == AF_INET6 ? "ipv6" : "ipv4", port);
}

void conntrack_forget_udp_to(struct netlink *n, uint8_t family, const uint8_t *address)
{
	bool six = family == AF_INET6;
	size_t tuple, part;
	char text[INET6_ADDRSTRLEN];

	begin(n, family);
	tuple = netlink_nest(n, CTA_TUPLE_REPLY);
	part = netlink_nest(n, CTA_TUPLE_IP);
	netlink_put(n, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, address, six ? 16 : 4);
	netlink_nest_end(n, part);
	part = netlink_nest(n, CTA_TUPLE_PROTO);
	netlink_put_u8(n, CTA_PROTO_NUM, IPPROTO_UDP);
	netlink_nest_end(n, part);
	netlink_nest_end(n, tuple);
	put_filter(n, FILTER_REPLY, FILTER_SOURCE | FILTER_PROTOCOL);
	if (!inet_ntop(family, address, text, sizeof text))
		text[0] = '\0';
	netlink_end(n, "conntrack", "who has the address next does not get them", "forget the UDP flows to %s", text);
	netlink_tolerate(n, ENOENT);
	if (step_heard())
		netlink_say(n, "conntrack -D -f %s -p udp --reply-src %s", six ? "ipv6" : "ipv4", text);
}
