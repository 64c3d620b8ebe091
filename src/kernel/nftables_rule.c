/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a rule: from their kinds to the kernel's expressions, and to the words of nft. */
#include "base/buf.h"
#include "kernel/nftables.h"
#include "kernel/step.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>

#define SLOT(i) (NFT_REG32_00 + (i)) /* registers of four bytes, in a row */

/* An expression is a name and its attributes, in two nests. */
struct expression {
	size_t element, data;
};

static struct expression begin(struct netlink *n, const char *name)
{
	struct expression e = { .element = netlink_nest(n, NFTA_LIST_ELEM) };

	netlink_put_str(n, NFTA_EXPR_NAME, name);
	e.data = netlink_nest(n, NFTA_EXPR_DATA);
	return e;
}

static void end(struct netlink *n, struct expression e)
{
	netlink_nest_end(n, e.data);
	netlink_nest_end(n, e.element);
}

static void put_value(struct netlink *n, uint16_t type, const void *value, size_t len)
{
	size_t at = netlink_nest(n, type);

	netlink_put(n, NFTA_DATA_VALUE, value, len);
	netlink_nest_end(n, at);
}

static void load_meta(struct netlink *n, uint32_t key, uint32_t into)
{
	struct expression e = begin(n, "meta");

	netlink_put_be32(n, NFTA_META_KEY, key);
	netlink_put_be32(n, NFTA_META_DREG, into);
	end(n, e);
}

static void load_payload(struct netlink *n, uint32_t base, uint32_t offset, uint32_t len, uint32_t into)
{
	struct expression e = begin(n, "payload");

	netlink_put_be32(n, NFTA_PAYLOAD_DREG, into);
	netlink_put_be32(n, NFTA_PAYLOAD_BASE, base);
	netlink_put_be32(n, NFTA_PAYLOAD_OFFSET, offset);
	netlink_put_be32(n, NFTA_PAYLOAD_LEN, len);
	end(n, e);
}

static void load_ct(struct netlink *n, uint32_t key)
{
	struct expression e = begin(n, "ct");

	netlink_put_be32(n, NFTA_CT_KEY, key);
	netlink_put_be32(n, NFTA_CT_DREG, NFT_REG_1);
	end(n, e);
}

static void load_fib(struct netlink *n, uint32_t flags, uint32_t result)
{
	struct expression e = begin(n, "fib");

	netlink_put_be32(n, NFTA_FIB_FLAGS, flags);
	netlink_put_be32(n, NFTA_FIB_RESULT, result);
	netlink_put_be32(n, NFTA_FIB_DREG, NFT_REG_1);
	end(n, e);
}

static void compare(struct netlink *n, uint32_t op, const void *value, size_t len)
{
	struct expression e = begin(n, "cmp");

	netlink_put_be32(n, NFTA_CMP_SREG, NFT_REG_1);
	netlink_put_be32(n, NFTA_CMP_OP, op);
	put_value(n, NFTA_CMP_DATA, value, len);
	end(n, e);
}

static void compare_u32(struct netlink *n, uint32_t op, uint32_t value)
{
	compare(n, op, &value, sizeof value);
}

/* Any of the bits in @mask is set in what is loaded. */
static void test_bits(struct netlink *n, uint32_t mask)
{
	static const uint32_t none = 0;
	struct expression e = begin(n, "bitwise");

	netlink_put_be32(n, NFTA_BITWISE_SREG, NFT_REG_1);
	netlink_put_be32(n, NFTA_BITWISE_DREG, NFT_REG_1);
	netlink_put_be32(n, NFTA_BITWISE_LEN, sizeof mask);
	put_value(n, NFTA_BITWISE_MASK, &mask, sizeof mask);
	put_value(n, NFTA_BITWISE_XOR, &none, sizeof none);
	end(n, e);
	compare_u32(n, NFT_CMP_NEQ, 0);
}

static void look_up(struct netlink *n, const char *set, bool map, bool inverted)
{
	struct expression e = begin(n, "lookup");

	netlink_put_str(n, NFTA_LOOKUP_SET, set);
	netlink_put_be32(n, NFTA_LOOKUP_SREG, NFT_REG_1);
	if (map)
		netlink_put_be32(n, NFTA_LOOKUP_DREG, NFT_REG_1);
	if (inverted)
		netlink_put_be32(n, NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	end(n, e);
}

static void verdict(struct netlink *n, int32_t code, const char *chain)
{
	struct expression e = begin(n, "immediate");
	size_t data, inner;

	netlink_put_be32(n, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = netlink_nest(n, NFTA_IMMEDIATE_DATA);
	inner = netlink_nest(n, NFTA_DATA_VERDICT);
	netlink_put_be32(n, NFTA_VERDICT_CODE, (uint32_t)code);
	if (chain)
		netlink_put_str(n, NFTA_VERDICT_CHAIN, chain);
	netlink_nest_end(n, inner);
	netlink_nest_end(n, data);
	end(n, e);
}

static void only_family(struct netlink *n, uint8_t family)
{
	load_meta(n, NFT_META_NFPROTO, NFT_REG_1);
	compare(n, NFT_CMP_EQ, &family, sizeof family);
}

/* Of an IPv4 address at @offset of the header, the first byte is that of the loopback network. */
static void is_loopback(struct netlink *n, uint32_t offset)
{
	static const uint8_t loopback = 127;

	only_family(n, NFPROTO_IPV4);
	load_payload(n, NFT_PAYLOAD_NETWORK_HEADER, offset, 1, NFT_REG_1);
	compare(n, NFT_CMP_EQ, &loopback, sizeof loopback);
}

/* Source and destination, which follow each other in both headers. */
static void load_addresses(struct netlink *n, uint8_t family, uint32_t offset, uint32_t size)
{
	only_family(n, family);
	load_payload(n, NFT_PAYLOAD_NETWORK_HEADER, offset, size, SLOT(0));
	load_payload(n, NFT_PAYLOAD_NETWORK_HEADER, offset + size, size, SLOT(size / 4));
}

/* [address .] protocol . port, of what it is for. */
static void load_destination(struct netlink *n, uint8_t family, bool with_address)
{
	uint32_t slots = family == NFPROTO_IPV4 ? 1 : 4, at = with_address ? slots : 0;

	only_family(n, family);
	if (with_address)
		load_payload(n, NFT_PAYLOAD_NETWORK_HEADER, family == NFPROTO_IPV4 ? 16 : 24, slots * 4, SLOT(0));
	load_meta(n, NFT_META_L4PROTO, SLOT(at));
	load_payload(n, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, SLOT(at + 1));
}

/* From there to address . port. */
static void translate(struct netlink *n, uint8_t family, bool with_address, const char *map)
{
	uint32_t slots = family == NFPROTO_IPV4 ? 1 : 4;
	struct expression e;

	load_destination(n, family, with_address);
	look_up(n, map, true, false);
	e = begin(n, "nat");
	netlink_put_be32(n, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	netlink_put_be32(n, NFTA_NAT_FAMILY, family);
	netlink_put_be32(n, NFTA_NAT_REG_ADDR_MIN, SLOT(0));
	netlink_put_be32(n, NFTA_NAT_REG_PROTO_MIN, SLOT(slots));
	end(n, e);
}

static void put_part(struct netlink *n, enum nft_op op, const char *arg)
{
	static const char none[IFNAMSIZ] = { 0 };
	static const uint8_t loopback6[16] = { [15] = 1 };
	char name[IFNAMSIZ] = { 0 };
	uint8_t protocol;

	switch (op) {
	case NFT_OP_IIF_IN:
	case NFT_OP_OIF_IN:
	case NFT_OP_OIF_NOT_IN:
		load_meta(n, op == NFT_OP_IIF_IN ? NFT_META_IIFNAME : NFT_META_OIFNAME, NFT_REG_1);
		look_up(n, arg, false, op == NFT_OP_OIF_NOT_IN);
		break;
	case NFT_OP_IIF_NOT:
		memcpy(name, arg, strnlen(arg, sizeof name - 1));
		load_meta(n, NFT_META_IIFNAME, NFT_REG_1);
		compare(n, NFT_CMP_NEQ, name, sizeof none);
		break;
	case NFT_OP_IIF_OIF_IN:
		load_meta(n, NFT_META_IIFNAME, NFT_REG_1);
		load_meta(n, NFT_META_OIFNAME, NFT_REG_2);
		look_up(n, arg, false, false);
		break;
	case NFT_OP_PAIR4_IN:
		load_addresses(n, NFPROTO_IPV4, 12, 4);
		look_up(n, arg, false, false);
		break;
	case NFT_OP_PAIR6_IN:
		load_addresses(n, NFPROTO_IPV6, 8, 16);
		look_up(n, arg, false, false);
		break;
	case NFT_OP_SADDR_LOOPBACK:
		is_loopback(n, 12);
		break;
	case NFT_OP_DADDR_LOOPBACK:
		is_loopback(n, 16);
		break;
	case NFT_OP_DADDR_LOOPBACK6:
		only_family(n, NFPROTO_IPV6);
		load_payload(n, NFT_PAYLOAD_NETWORK_HEADER, 24, sizeof loopback6, NFT_REG_1);
		compare(n, NFT_CMP_EQ, loopback6, sizeof loopback6);
		break;
	case NFT_OP_IPV4:
	case NFT_OP_IPV6:
		only_family(n, op == NFT_OP_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
		break;
	case NFT_OP_L4PROTO:
		protocol = strcmp(arg, "icmp") == 0 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
		load_meta(n, NFT_META_L4PROTO, NFT_REG_1);
		compare(n, NFT_CMP_EQ, &protocol, sizeof protocol);
		break;
	case NFT_OP_PORT4_IN:
	case NFT_OP_PORT6_IN:
		load_destination(n, op == NFT_OP_PORT4_IN ? NFPROTO_IPV4 : NFPROTO_IPV6, true);
		look_up(n, arg, false, false);
		break;
	case NFT_OP_DADDR_LOCAL:
		load_fib(n, NFTA_FIB_F_DADDR, NFT_FIB_RESULT_ADDRTYPE);
		compare_u32(n, NFT_CMP_EQ, RTN_LOCAL);
		break;
	case NFT_OP_DADDR_NOT_OF_IIF:
		load_fib(n, NFTA_FIB_F_DADDR | NFTA_FIB_F_IIF, NFT_FIB_RESULT_ADDRTYPE);
		compare_u32(n, NFT_CMP_EQ, RTN_UNICAST);
		break;
	case NFT_OP_SADDR_UNREACHABLE:
		load_fib(n, NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT, NFT_FIB_RESULT_OIF);
		compare_u32(n, NFT_CMP_EQ, 0);
		break;
	case NFT_OP_CT_REPLIES:
		load_ct(n, NFT_CT_STATE);
		test_bits(n, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) | NF_CT_STATE_BIT(IP_CT_RELATED));
		break;
	case NFT_OP_CT_DNAT:
		load_ct(n, NFT_CT_STATUS);
		test_bits(n, IPS_DST_NAT);
		break;
	case NFT_OP_DNAT4:
	case NFT_OP_DNAT4_ON:
		translate(n, NFPROTO_IPV4, op == NFT_OP_DNAT4_ON, arg);
		break;
	case NFT_OP_DNAT6:
	case NFT_OP_DNAT6_ON:
		translate(n, NFPROTO_IPV6, op == NFT_OP_DNAT6_ON, arg);
		break;
	case NFT_OP_MASQUERADE:
		end(n, begin(n, "masq"));
		break;
	case NFT_OP_ACCEPT:
		verdict(n, NF_ACCEPT, NULL);
		break;
	case NFT_OP_DROP:
		verdict(n, NF_DROP, NULL);
		break;
	case NFT_OP_RETURN:
		verdict(n, NFT_RETURN, NULL);
		break;
	case NFT_OP_JUMP:
		verdict(n, NFT_JUMP, arg);
		break;
	case NFT_OP_END:
		break;
	}
}

/* What nft calls it; "%s" is the argument. */
static const char *const words[] = {
	[NFT_OP_IIF_IN] = "iifname @%s",
	[NFT_OP_OIF_IN] = "oifname @%s",
	[NFT_OP_OIF_NOT_IN] = "oifname != @%s",
	[NFT_OP_IIF_NOT] = "iifname != \"%s\"",
	[NFT_OP_IIF_OIF_IN] = "iifname . oifname @%s",
	[NFT_OP_PAIR4_IN] = "ip saddr . ip daddr @%s",
	[NFT_OP_PAIR6_IN] = "ip6 saddr . ip6 daddr @%s",
	[NFT_OP_SADDR_LOOPBACK] = "ip saddr 127.0.0.0/8",
	[NFT_OP_DADDR_LOOPBACK] = "ip daddr 127.0.0.0/8",
	[NFT_OP_DADDR_LOOPBACK6] = "ip6 daddr ::1",
	[NFT_OP_IPV4] = "meta nfproto ipv4",
	[NFT_OP_IPV6] = "meta nfproto ipv6",
	[NFT_OP_L4PROTO] = "meta l4proto %s",
	[NFT_OP_PORT4_IN] = "ip daddr . meta l4proto . th dport @%s",
	[NFT_OP_PORT6_IN] = "ip6 daddr . meta l4proto . th dport @%s",
	[NFT_OP_DADDR_LOCAL] = "fib daddr type local",
	[NFT_OP_DADDR_NOT_OF_IIF] = "fib daddr . iif type unicast",
	[NFT_OP_SADDR_UNREACHABLE] = "fib saddr . iif oif missing",
	[NFT_OP_CT_REPLIES] = "ct state established,related",
	[NFT_OP_CT_DNAT] = "ct status dnat",
	[NFT_OP_DNAT4] = "dnat ip to meta l4proto . th dport map @%s",
	[NFT_OP_DNAT4_ON] = "dnat ip to ip daddr . meta l4proto . th dport map @%s",
	[NFT_OP_DNAT6] = "dnat ip6 to meta l4proto . th dport map @%s",
	[NFT_OP_DNAT6_ON] = "dnat ip6 to ip6 daddr . meta l4proto . th dport map @%s",
	[NFT_OP_MASQUERADE] = "masquerade",
	[NFT_OP_ACCEPT] = "accept",
	[NFT_OP_DROP] = "drop",
	[NFT_OP_RETURN] = "return",
	[NFT_OP_JUMP] = "jump %s",
};

static void add_words(struct buf *out, const char *pattern, const char *arg)
{
	const char *percent = strstr(pattern, "%s");

	if (!percent) {
		buf_add_str(out, pattern);
		return;
	}
	buf_add(out, pattern, (size_t)(percent - pattern));
	buf_add_str(out, arg);
	buf_add_str(out, percent + 2);
}

void nft_add_rule(struct netlink *n, const char *table, const struct nft_rule *rule)
{
	struct nfgenmsg header = { .nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0 };
	autobuf text = BUF_INIT;
	size_t list;

	netlink_begin(n, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, &header, sizeof header);
	netlink_put_str(n, NFTA_RULE_TABLE, table);
	netlink_put_str(n, NFTA_RULE_CHAIN, rule->chain);
	list = netlink_nest(n, NFTA_RULE_EXPRESSIONS);
	for (size_t i = 0; i < NFT_WORDS_MAX && rule->parts[i].op; i++) {
		put_part(n, rule->parts[i].op, rule->parts[i].arg);
		buf_add_char(&text, ' ');
		add_words(&text, words[rule->parts[i].op], rule->parts[i].arg);
	}
	netlink_nest_end(n, list);
	netlink_end(n, "nft", rule->why, "add a rule to the nftables chain %s", rule->chain);
	if (step_heard())
		netlink_say(n, "nft 'add rule inet %s %s%s'", table, rule->chain, text.data);
}

void nft_put_verdict(struct netlink *n, const char *interface, bool out, const char *jump)
{
	struct expression e;

	load_meta(n, out ? NFT_META_OIFNAME : NFT_META_IIFNAME, NFT_REG_1);
	compare(n, NFT_CMP_EQ, interface, strlen(interface) + 1);
	e = begin(n, "counter");
	netlink_put_be64(n, NFTA_COUNTER_BYTES, 0);
	netlink_put_be64(n, NFTA_COUNTER_PACKETS, 0);
	end(n, e);
	verdict(n, jump ? NFT_JUMP : NF_ACCEPT, jump);
}
