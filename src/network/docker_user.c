/* SPDX-License-Identifier: Apache-2.0 */
#include "network/docker_user.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/nftables_foreign.h"
#include "network/network_option.h"

#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#define RULES       2
#define COMMENT_MAX 32

static const struct nft_chain_of chains[NETWORK_FAMILIES] = {
	[NETWORK_IPV4] = { NFPROTO_IPV4, "filter", "DOCKER-USER" },
	[NETWORK_IPV6] = { NFPROTO_IPV6, "filter", "DOCKER-USER" },
};

struct own {
	char comment[COMMENT_MAX];
	uint64_t handles[RULES];
	size_t count;
};

static int see_rule(uint64_t handle, const char *comment, void *data)
{
	struct own *own = data;

	if (strcmp(comment, own->comment) == 0 && own->count < RULES)
		own->handles[own->count++] = handle;
	return 0;
}

static int find_own(struct netlink *n, const struct nft_chain_of *c, const char *interface, struct own *ret)
{
	int r;

	snprintf(ret->comment, sizeof ret->comment, "hoy %s", interface);
	ret->count = 0;
	r = nft_each_rule(n, c, see_rule, ret);
	return r < 0 ? fail_code(r, "look at the chain %s", c->chain) : 0;
}

static int admit(struct netlink *n, const struct nft_chain_of *c, const char *interface)
{
	struct own own;
	int r = nft_has_chain(n, c);

	if (r <= 0)
		return r < 0 ? fail_code(r, "look for the chain %s", c->chain) : 0;
	r = find_own(n, c, interface, &own);
	if (r < 0 || own.count == RULES)
		return r;
	nft_begin(n);
	for (size_t i = 0; i < own.count; i++)
		nft_delete_rule(n, c, own.handles[i], NULL);
	nft_insert_accept(n, c, interface, true, own.comment, "Docker drops what it does not know, unless its users say so");
	nft_insert_accept(n, c, interface, false, own.comment, NULL);
	nft_end(n);
	return netlink_commit(n);
}

static int forget(struct netlink *n, const struct nft_chain_of *c, const char *interface)
{
	struct own own;
	int r = find_own(n, c, interface, &own);

	if (r < 0 || own.count == 0)
		return r;
	nft_begin(n);
	for (size_t i = 0; i < own.count; i++)
		nft_delete_rule(n, c, own.handles[i], "the network is removed");
	nft_end(n);
	return netlink_commit(n);
}

static int each_family(const struct network *net,
		       int (*act)(struct netlink *n, const struct nft_chain_of *c, const char *interface))
{
	char interface[NETWORK_INTERFACE_MAX];
	autonetlink n = NETLINK_NONE;
	int r = netlink_open(NETLINK_NETFILTER, &n);

	network_interface(net, interface);
	for (int i = 0; r == 0 && i < NETWORK_FAMILIES; i++)
		if (network_has(net, i))
			r = act(&n, &chains[i], interface);
	return r;
}

int docker_user_admit(const struct network *n)
{
	return each_family(n, admit);
}

int docker_user_forget(const struct network *n)
{
	return each_family(n, forget);
}
