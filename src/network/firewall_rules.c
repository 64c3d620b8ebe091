/* SPDX-License-Identifier: Apache-2.0 */
#include "network/firewall_rules.h"

#include "base/memory.h"
#include "kernel/nftables.h"

#include <string.h>

#define MARK "hoy 6" /* another number when the rules below change: the table is then made again */

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
	{ "names4", { NFT_IPV4, NFT_PROTOCOL, NFT_PORT }, { 0 }, "name servers of networks" },
	{ "names6", { NFT_IPV6, NFT_PROTOCOL, NFT_PORT }, { 0 }, "the same for IPv6" },
	{ "unprotected4", { NFT_IFNAME }, { 0 }, "networks whose containers are reached at every port" },
	{ "unprotected6", { NFT_IFNAME }, { 0 }, "the same for IPv6" },
	{ "isolated4", { NFT_IFNAME }, { 0 }, "networks that the host is not on" },
	{ "isolated6", { NFT_IFNAME }, { 0 }, "the same for IPv6" },
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
	/* else they would be asked at a port 53 that is published */
	{ "prerouting", { { NFT_OP_PORT4_IN, "names4" }, { NFT_OP_RETURN, NULL } }, "names are asked at the network's own server" },
	{ "prerouting", { { NFT_OP_PORT6_IN, "names6" }, { NFT_OP_RETURN, NULL } }, "the same for IPv6" },
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
	{ "to", { { NFT_OP_IIF_IN, "bridges" }, { NFT_OP_DROP, NULL } }, "nothing else from other networks" },
	{ "to",
	  { { NFT_OP_IPV4, NULL }, { NFT_OP_OIF_IN, "unprotected4" }, { NFT_OP_ACCEPT, NULL } },
	  "other hosts, where nothing is protected" },
	{ "to", { { NFT_OP_IPV6, NULL }, { NFT_OP_OIF_IN, "unprotected6" }, { NFT_OP_ACCEPT, NULL } }, "the same for IPv6" },
	{ "to", { { NFT_OP_DROP, NULL } }, "nothing else" },
	{ "forward", { { NFT_OP_IIF_IN, "bridges" }, { NFT_OP_JUMP, "from" } }, "from containers" },
	{ "forward", { { NFT_OP_OIF_IN, "bridges" }, { NFT_OP_JUMP, "to" } }, "to containers" },
	{ "forward",
	  { { NFT_OP_IIF_IN, "unrouted" }, { NFT_OP_OIF_IN, "unrouted" }, { NFT_OP_DROP, NULL } },
	  "the host forwards for its containers, not for others" },
	{ "input",
	  { { NFT_OP_IPV4, NULL }, { NFT_OP_IIF_IN, "isolated4" }, { NFT_OP_DROP, NULL } },
	  "an isolated network sees nothing of the host" },
	{ "input", { { NFT_OP_IPV6, NULL }, { NFT_OP_IIF_IN, "isolated6" }, { NFT_OP_DROP, NULL } }, "the same for IPv6" },
	{ "input",
	  { { NFT_OP_IIF_IN, "internal" }, { NFT_OP_DADDR_NOT_OF_IIF, NULL }, { NFT_OP_DROP, NULL } },
	  "of the host, an internal network sees its gateway alone" },
};

void firewall_rules_add(struct netlink *n, const char *table)
{
	nft_add_table(n, table, MARK, "the rules of hoy's networks, all of them");
	nft_delete_table(n, table, "what is left of an earlier one");
	nft_add_table(n, table, MARK, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		nft_add_set(n, table, &sets[i]);
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		nft_add_chain(n, table, &chains[i]);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		nft_add_rule(n, table, &rules[i]);
}

bool firewall_rules_are_whole(struct netlink *n, const char *table)
{
	char mark[sizeof MARK + 8];
	uint32_t use;

	return nft_look(n, table, &use, mark, sizeof mark) == 0 && strcmp(mark, MARK) == 0 &&
	       use == ARRAY_SIZE(sets) + ARRAY_SIZE(chains);
}
