/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/nftables_foreign.h"

#include "kernel/step.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define COMMENT_MAX  64
#define UDATA_HEADER 2 /* a note in a rule's user data: type (0: comment), length, text */

static void begin(struct netlink *n, const struct nft_chain_of *c, uint16_t type, uint16_t flags)
{
	struct nfgenmsg header = { .nfgen_family = c->family, .version = NFNETLINK_V0 };

	netlink_begin(n, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &header, sizeof header);
}

static const char *family_name(const struct nft_chain_of *c)
{
	return c->family == NFPROTO_IPV6 ? "ip6" : "ip";
}

static int see_chain(const struct nlmsghdr *answer, void *data)
{
	(void)answer;
	*(bool *)data = true;
	return 0;
}

int nft_has_chain(struct netlink *n, const struct nft_chain_of *c)
{
	bool there = false;
	int r;

	begin(n, c, NFT_MSG_GETCHAIN, 0);
	netlink_put_str(n, NFTA_CHAIN_TABLE, c->table);
	netlink_put_str(n, NFTA_CHAIN_NAME, c->chain);
	netlink_end_frame(n);
	r = netlink_ask(n, see_chain, &there);
	return r == -ENOENT ? 0 : r < 0 ? r : there;
}

struct each {
	int (*visit)(uint64_t handle, const char *comment, void *data);
	void *data;
};

static int see_rule(const struct nlmsghdr *answer, void *data)
{
	const struct each *each = data;
	char comment[COMMENT_MAX] = "";
	uint64_t handle;
	size_t len;
	const void *number = netlink_attribute(answer, sizeof(struct nfgenmsg), NFTA_RULE_HANDLE, &len);
	const uint8_t *note;

	if (!number || len != sizeof handle)
		return 0;
	memcpy(&handle, number, sizeof handle);
	note = netlink_attribute(answer, sizeof(struct nfgenmsg), NFTA_RULE_USERDATA, &len);
	if (note && len > UDATA_HEADER && note[0] == 0 && note[1] <= len - UDATA_HEADER)
		snprintf(comment, sizeof comment, "%.*s", note[1], (const char *)note + UDATA_HEADER);
	return each->visit(be64toh(handle), comment, each->data);
}

int nft_each_rule(struct netlink *n, const struct nft_chain_of *c, int (*visit)(uint64_t handle, const char *comment, void *data),
		  void *data)
{
	struct each each = { visit, data };
	int r;

	begin(n, c, NFT_MSG_GETRULE, NLM_F_DUMP);
	netlink_put_str(n, NFTA_RULE_TABLE, c->table);
	netlink_put_str(n, NFTA_RULE_CHAIN, c->chain);
	netlink_end_frame(n);
	r = netlink_ask(n, see_rule, &each);
	return r == -ENOENT ? 0 : r;
}

void nft_append_verdict(struct netlink *n, const struct nft_chain_of *c, const char *interface, bool out, const char *jump,
			const char *comment, const char *why)
{
	uint8_t note[UDATA_HEADER + COMMENT_MAX] = { 0, (uint8_t)(strlen(comment) + 1) };
	size_t list;

	memcpy(note + UDATA_HEADER, comment, strlen(comment) + 1);
	begin(n, c, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	netlink_put_str(n, NFTA_RULE_TABLE, c->table);
	netlink_put_str(n, NFTA_RULE_CHAIN, c->chain);
	list = netlink_nest(n, NFTA_RULE_EXPRESSIONS);
	nft_put_verdict(n, interface, out, jump);
	netlink_nest_end(n, list);
	netlink_put(n, NFTA_RULE_USERDATA, note, UDATA_HEADER + strlen(comment) + 1);
	netlink_end(n, "nft", why, "add a rule to the chain %s", c->chain);
	if (step_heard())
		netlink_say(n, "nft 'add rule %s %s %s %s \"%s\" counter %s%s comment \"%s\"'", family_name(c), c->table, c->chain,
			    out ? "oifname" : "iifname", interface, jump ? "jump " : "accept", jump ? jump : "", comment);
}

void nft_delete_rule(struct netlink *n, const struct nft_chain_of *c, uint64_t handle, const char *why)
{
	begin(n, c, NFT_MSG_DELRULE, 0);
	netlink_put_str(n, NFTA_RULE_TABLE, c->table);
	netlink_put_str(n, NFTA_RULE_CHAIN, c->chain);
	netlink_put_be64(n, NFTA_RULE_HANDLE, handle);
	netlink_end(n, "nft", why, "remove a rule from the chain %s", c->chain);
	if (step_heard())
		netlink_say(n, "nft delete rule %s %s %s handle %" PRIu64, family_name(c), c->table, c->chain, handle);
}
