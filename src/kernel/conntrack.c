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
#define FILTER_PROTOCOL   (1U << 3)
#define FILTER_PORT       (1U << 5)
#define RESPECTING_FAMILY 1 /* the version in which the kernel looks at the family */

void conntrack_forget_udp(struct netlink *n, uint8_t family, uint16_t port)
{
	struct nfgenmsg header = { .nfgen_family = family, .version = RESPECTING_FAMILY };
	uint16_t number = htons(port);
	size_t tuple, protocol, filter;

	netlink_begin(n, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, &header, sizeof header);
	tuple = netlink_nest(n, CTA_TUPLE_ORIG);
	protocol = netlink_nest(n, CTA_TUPLE_PROTO);
	netlink_put_u8(n, CTA_PROTO_NUM, IPPROTO_UDP);
	netlink_put(n, CTA_PROTO_DST_PORT, &number, sizeof number);
	netlink_nest_end(n, protocol);
	netlink_nest_end(n, tuple);
	filter = netlink_nest(n, FILTER_ATTRIBUTE);
	netlink_put_u32(n, FILTER_ORIGINAL, FILTER_PROTOCOL | FILTER_PORT);
	netlink_nest_end(n, filter);
	netlink_end(n, "conntrack", "flows of before are led anew", "forget the UDP flows to port %u", port);
	netlink_tolerate(n, ENOENT);
	if (step_heard())
		netlink_say(n, "conntrack -D -f %s -p udp --orig-port-dst %u", family == AF_INET6 ? "ipv6" : "ipv4", port);
}
