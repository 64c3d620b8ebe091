/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/nftables.h"

#include "base/memory.h"
#include "kernel/step.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The numbers that nft(8) shows types by (its enum datatypes); the kernel keeps them and does not look at them. */
static const struct {
	const char *name;
	uint32_t number;
	size_t size;
} types[] = {
	[NFT_IFNAME] = { "ifname", 41, IFNAMSIZ }, [NFT_IPV4] = { "ipv4_addr", 7, 4 },     [NFT_IPV6] = { "ipv6_addr", 8, 16 },
	[NFT_PROTOCOL] = { "inet_proto", 12, 1 },  [NFT_PORT] = { "inet_service", 13, 2 },
};
#define TYPE_BITS 6 /* of one type in the number of several */

static const struct {
	const char *name;
	uint32_t number;
} hooks[] = {
	{ "prerouting", NF_INET_PRE_ROUTING }, { "input", NF_INET_LOCAL_IN },           { "forward", NF_INET_FORWARD },
	{ "output", NF_INET_LOCAL_OUT },       { "postrouting", NF_INET_POST_ROUTING },
};

static void add_text(struct nft_value *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_text(struct nft_value *v, const char *format, ...)
{
	size_t len = strlen(v->text);
	va_list ap;

	if (!step_heard())
		return;
	if (len)
		len += (size_t)snprintf(v->text + len, sizeof v->text - len, " . ");
	va_start(ap, format);
	vsnprintf(v->text + len, sizeof v->text - len, format, ap);
	va_end(ap);
}

static void add_bytes(struct nft_value *v, const void *bytes, size_t size)
{
	memcpy(v->bytes + v->len, bytes, size);
	v->len += (size + 3) & ~(size_t)3;
}

void nft_value_ifname(struct nft_value *v, const char *name)
{
	char bytes[IFNAMSIZ] = { 0 };

	snprintf(bytes, sizeof bytes, "%s", name);
	add_text(v, "\"%s\"", bytes);
	add_bytes(v, bytes, sizeof bytes);
}

void nft_value_address(struct nft_value *v, const uint8_t *bytes, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	add_text(v, "%s", inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text));
	add_bytes(v, bytes, size);
}

void nft_value_protocol(struct nft_value *v, uint8_t protocol)
{
	add_text(v, "%s", protocol == IPPROTO_TCP ? "tcp" : protocol == IPPROTO_UDP ? "udp" : "sctp");
	add_bytes(v, &protocol, 1);
}

void nft_value_port(struct nft_value *v, uint16_t port)
{
	uint16_t number = htons(port);

	add_text(v, "%u", port);
	add_bytes(v, &number, sizeof number);
}

static void begin(struct netlink *n, uint16_t type, uint16_t flags)
{
	struct nfgenmsg header = { .nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0 };

	netlink_begin(n, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &header, sizeof header);
}

static void frame(struct netlink *n, uint16_t type)
{
	struct nfgenmsg header = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };

	netlink_begin(n, type, 0, &header, sizeof header);
	netlink_end_frame(n);
}

void nft_begin(struct netlink *n)
{
	frame(n, NFNL_MSG_BATCH_BEGIN);
}

void nft_end(struct netlink *n)
{
	frame(n, NFNL_MSG_BATCH_END);
}

void nft_add_table(struct netlink *n, const char *table, const char *mark, const char *why)
{
	begin(n, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	netlink_put_str(n, NFTA_TABLE_NAME, table);
	netlink_put_str(n, NFTA_TABLE_USERDATA, mark);
	netlink_end(n, "nft", why, "create the nftables table %s", table);
	if (step_heard())
		netlink_say(n, "nft add table inet %s", table);
}

void nft_delete_table(struct netlink *n, const char *table, const char *why)
{
	begin(n, NFT_MSG_DELTABLE, 0);
	netlink_put_str(n, NFTA_TABLE_NAME, table);
	netlink_end(n, "nft", why, "remove the nftables table %s", table);
	if (step_heard())
		netlink_say(n, "nft delete table inet %s", table);
}

/* The number and the size of a key of several types; its words to @text. */
static size_t measure(const enum nft_type *list, uint32_t *ret_number, char *text, size_t size)
{
	size_t len = 0, used = 0;

	*ret_number = 0;
	text[0] = '\0';
	for (size_t i = 0; i < NFT_WORDS_MAX && list[i]; i++) {
		*ret_number = *ret_number << TYPE_BITS | types[list[i]].number;
		len += (types[list[i]].size + 3) & ~(size_t)3;
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " . " : "", types[list[i]].name);
	}
	/* alone, a type is as long as it is */
	return list[0] && !list[1] ? types[list[0]].size : len;
}

void nft_add_set(struct netlink *n, const char *table, const struct nft_set *set)
{
	char key_text[80], data_text[80];
	/* for nft's list alone: a note (type, length, value) that says that keys are in the host's order of bytes */
	static const uint8_t order[] = { 0, 4, 1, 0, 0, 0 };
	uint32_t key, data;
	size_t key_len = measure(set->key, &key, key_text, sizeof key_text);
	size_t data_len = measure(set->data, &data, data_text, sizeof data_text);

	begin(n, NFT_MSG_NEWSET, NLM_F_CREATE);
	netlink_put_str(n, NFTA_SET_TABLE, table);
	netlink_put_str(n, NFTA_SET_NAME, set->name);
	netlink_put_be32(n, NFTA_SET_ID, n->sequence);
	netlink_put_be32(n, NFTA_SET_KEY_TYPE, key);
	netlink_put_be32(n, NFTA_SET_KEY_LEN, (uint32_t)key_len);
	netlink_put(n, NFTA_SET_USERDATA, order, sizeof order);
	if (data_len) {
		netlink_put_be32(n, NFTA_SET_FLAGS, NFT_SET_MAP);
		netlink_put_be32(n, NFTA_SET_DATA_TYPE, data);
		netlink_put_be32(n, NFTA_SET_DATA_LEN, (uint32_t)data_len);
	}
	netlink_end(n, "nft", set->why, "create the nftables set %s", set->name);
	if (step_heard())
		netlink_say(n, "nft add %s inet %s %s '{ type %s%s%s; }'", data_len ? "map" : "set", table, set->name, key_text,
			    data_len ? " : " : "", data_text);
}

void nft_add_chain(struct netlink *n, const char *table, const struct nft_chain *chain)
{
	size_t at;

	begin(n, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	netlink_put_str(n, NFTA_CHAIN_TABLE, table);
	netlink_put_str(n, NFTA_CHAIN_NAME, chain->name);
	if (chain->type) {
		at = netlink_nest(n, NFTA_CHAIN_HOOK);
		for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
			if (strcmp(hooks[i].name, chain->hook) == 0)
				netlink_put_be32(n, NFTA_HOOK_HOOKNUM, hooks[i].number);
		netlink_put_be32(n, NFTA_HOOK_PRIORITY, (uint32_t)chain->priority);
		netlink_nest_end(n, at);
		netlink_put_str(n, NFTA_CHAIN_TYPE, chain->type);
		netlink_put_be32(n, NFTA_CHAIN_POLICY, NF_ACCEPT);
	}
	netlink_end(n, "nft", chain->why, "create the nftables chain %s", chain->name);
	if (!step_heard())
		return;
	if (chain->type)
		netlink_say(n, "nft add chain inet %s %s '{ type %s hook %s priority %d; }'", table, chain->name, chain->type,
			    chain->hook, chain->priority);
	else
		netlink_say(n, "nft add chain inet %s %s", table, chain->name);
}

static void put_data(struct netlink *n, uint16_t type, const void *bytes, size_t len)
{
	size_t at = netlink_nest(n, type);

	netlink_put(n, NFTA_DATA_VALUE, bytes, len);
	netlink_nest_end(n, at);
}

static void put_element(struct netlink *n, uint16_t message, uint16_t flags, const char *table, const char *set,
			const struct nft_value *key, const struct nft_value *data)
{
	size_t list, element;

	begin(n, message, flags);
	netlink_put_str(n, NFTA_SET_ELEM_LIST_TABLE, table);
	netlink_put_str(n, NFTA_SET_ELEM_LIST_SET, set);
	list = netlink_nest(n, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = netlink_nest(n, NFTA_LIST_ELEM);
	put_data(n, NFTA_SET_ELEM_KEY, key->bytes, key->len);
	if (data)
		put_data(n, NFTA_SET_ELEM_DATA, data->bytes, data->len);
	netlink_nest_end(n, element);
	netlink_nest_end(n, list);
}

void nft_add_element(struct netlink *n, const char *table, const char *set, const struct nft_value *key,
		     const struct nft_value *data, const char *why)
{
	put_element(n, NFT_MSG_NEWSETELEM, NLM_F_CREATE, table, set, key, data);
	netlink_end(n, "nft", why, "add to the nftables set %s", set);
	if (step_heard())
		netlink_say(n, "nft add element inet %s %s '{ %s%s%s }'", table, set, key->text, data ? " : " : "",
			    data ? data->text : "");
}

void nft_delete_element(struct netlink *n, const char *table, const char *set, const struct nft_value *key, const char *why)
{
	put_element(n, NFT_MSG_DELSETELEM, 0, table, set, key, NULL);
	netlink_end(n, "nft", why, "remove from the nftables set %s", set);
	if (step_heard())
		netlink_say(n, "nft delete element inet %s %s '{ %s }'", table, set, key->text);
}

struct look {
	uint32_t *use;
	char *mark;
	size_t size;
	bool found;
};

static int read_table(const struct nlmsghdr *answer, void *data)
{
	struct look *l = data;
	size_t len;
	const void *use = netlink_attribute(answer, sizeof(struct nfgenmsg), NFTA_TABLE_USE, &len), *mark;

	if (use && len == sizeof *l->use) {
		memcpy(l->use, use, sizeof *l->use);
		*l->use = ntohl(*l->use);
		l->found = true;
	}
	mark = netlink_attribute(answer, sizeof(struct nfgenmsg), NFTA_TABLE_USERDATA, &len);
	snprintf(l->mark, l->size, "%.*s", mark ? (int)len : 0, mark ? (const char *)mark : "");
	return 0;
}

int nft_look(struct netlink *n, const char *table, uint32_t *ret_use, char *ret_mark, size_t size)
{
	struct look l = { ret_use, ret_mark, size, false };
	int r;

	begin(n, NFT_MSG_GETTABLE, 0);
	netlink_put_str(n, NFTA_TABLE_NAME, table);
	netlink_end_frame(n);
	r = netlink_ask(n, read_table, &l);
	return r < 0 ? r : l.found ? 0 : -ENOENT;
}
