/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/conntrack.h"

#include "base/buf.h"
#include "base/error.h"
#include "kernel/step.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Which parts of a tuple are compared (Linux 5.8; older headers do not have them). */
#define FILTER_ATTRIBUTE 25 /* CTA_FILTER */
#define FILTER_ORIGINAL  1  /* CTA_FILTER_ORIG_FLAGS */
#define FILTER_REPLY     2  /* CTA_FILTER_REPLY_FLAGS */
#define FILTER_SOURCE    (1U << 0)
#define FILTER_PROTOCOL  (1U << 3)
#define FILTER_PORT      (1U << 5)

static void begin(struct netlink *n, int message, uint16_t flags, int family)
{
	struct nfgenmsg header = { .nfgen_family = (uint8_t)family };

	netlink_begin(n, (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | message), flags, &header, sizeof header);
}

/* A flow's name is its tuple as it began, which is told and taken in the same form: each behind its length, a size_t. */
static int collect(const struct nlmsghdr *answer, void *data)
{
	struct buf *tuples = data;
	size_t len;
	const void *tuple = netlink_attribute(answer, sizeof(struct nfgenmsg), CTA_TUPLE_ORIG, &len);

	if (tuple) {
		buf_add(tuples, &len, sizeof len);
		buf_add(tuples, tuple, len);
	}
	return 0;
}

/* The flows that the question in @n asks for; @what says which, @command how conntrack(8) is asked for them. */
static int forget(struct netlink *n, int family, const char *what, const char *command)
{
	autobuf tuples = BUF_INIT;
	int r;

	netlink_end_frame(n);
	r = netlink_ask(n, collect, &tuples);
	if (r < 0)
		r = fail_code(r, "ask for the UDP flows to %s", what);
	for (size_t at = 0, len; r == 0 && at < tuples.len; at += sizeof len + len) {
		memcpy(&len, tuples.data + at, sizeof len);
		begin(n, IPCTNL_MSG_CT_DELETE, 0, family);
		netlink_put(n, CTA_TUPLE_ORIG | NLA_F_NESTED, tuples.data + at + sizeof len, len);
		netlink_end(n, "conntrack", "a flow of before is led anew", "forget a UDP flow to %s", what);
		netlink_tolerate(n, ENOENT);
		if (step_heard())
			netlink_say(n, "conntrack -D -f %s -p udp %s", family == AF_INET6 ? "ipv6" : "ipv4", command);
		r = netlink_commit(n); /* conntrack takes one message at a time */
	}
	return r;
}

static void put_filter(struct netlink *n, uint16_t which, uint32_t parts)
{
	size_t filter = netlink_nest(n, FILTER_ATTRIBUTE);

	netlink_put_u32(n, which, parts);
	netlink_nest_end(n, filter);
}

int conntrack_forget_port(struct netlink *n, uint8_t family, uint16_t port)
{
	uint16_t number = htons(port);
	char what[16], command[32];
	size_t tuple, part;

	begin(n, IPCTNL_MSG_CT_GET, NLM_F_DUMP, family);
	tuple = netlink_nest(n, CTA_TUPLE_ORIG);
	part = netlink_nest(n, CTA_TUPLE_PROTO);
	netlink_put_u8(n, CTA_PROTO_NUM, IPPROTO_UDP);
	netlink_put(n, CTA_PROTO_DST_PORT, &number, sizeof number);
	netlink_nest_end(n, part);
	netlink_nest_end(n, tuple);
	put_filter(n, FILTER_ORIGINAL, FILTER_PROTOCOL | FILTER_PORT);
	snprintf(what, sizeof what, "port %u", port);
	snprintf(command, sizeof command, "--orig-port-dst %u", port);
	return forget(n, family, what, command);
}

int conntrack_forget_address(struct netlink *n, uint8_t family, const uint8_t *address)
{
	bool six = family == AF_INET6;
	char what[INET6_ADDRSTRLEN] = "", command[INET6_ADDRSTRLEN + 16];
	size_t tuple, part;

	begin(n, IPCTNL_MSG_CT_GET, NLM_F_DUMP, family);
	tuple = netlink_nest(n, CTA_TUPLE_REPLY);
	part = netlink_nest(n, CTA_TUPLE_IP);
	netlink_put(n, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, address, six ? 16 : 4);
	netlink_nest_end(n, part);
	part = netlink_nest(n, CTA_TUPLE_PROTO);
	netlink_put_u8(n, CTA_PROTO_NUM, IPPROTO_UDP);
	netlink_nest_end(n, part);
	netlink_nest_end(n, tuple);
	put_filter(n, FILTER_REPLY, FILTER_SOURCE | FILTER_PROTOCOL);
	(void)inet_ntop(family, address, what, sizeof what);
	snprintf(command, sizeof command, "--reply-src %s", what);
	return forget(n, family, what, command);
}
