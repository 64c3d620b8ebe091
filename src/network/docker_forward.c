/* SPDX-License-Identifier: Apache-2.0 */
#include "network/docker_forward.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/nftables_foreign.h"
#include "network/network_option.h"

#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#define RULES_MAX   3
#define COMMENT_MAX 32
#define DOCKERS     "DOCKER-USER"              /* that Docker was here */
#define ISOLATION   "DOCKER-ISOLATION-STAGE-2" /* drops what goes to a bridge of Docker's; not in all its versions */

static const uint8_t families[NETWORK_FAMILIES] = { [NETWORK_IPV4] = NFPROTO_IPV4, [NETWORK_IPV6] = NFPROTO_IPV6 };

struct own {
	char comment[COMMENT_MAX];
	uint64_t handles[RULES_MAX];
	size_t count;
};

static int see_rule(uint64_t handle, const char *comment, void *data)
{
	struct own *own = data;

	if (strcmp(comment, own->comment) == 0 && own->count < RULES_MAX)
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

/* 1 when Docker has this chain. */
static int has(struct netlink *n, uint8_t family, const char *chain)
{
	int r = nft_has_chain(n, &(struct nft_chain_of){ family, "filter", chain });

	return r < 0 ? fail_code(r, "look for the chain %s", chain) : r;
}

static int admit(struct netlink *n, const struct nft_chain_of *c, const char *interface)
{
	struct own own;
	int isolates, r = has(n, c->family, DOCKERS);

	if (r <= 0)
		return r;
	isolates = has(n, c->family, ISOLATION);
	r = isolates < 0 ? isolates : find_own(n, c, interface, &own);
	if (r < 0 || own.count == 2 + (size_t)isolates)
		return r;
	nft_begin(n);
	for (size_t i = 0; i < own.count; i++)
		nft_delete_rule(n, c, own.handles[i], NULL);
	if (isolates)
		nft_append_verdict(n, c, interface, false, ISOLATION, own.comment,
				   "Docker's containers show what they publish alone");
	nft_append_verdict(n, c, interface, false, NULL, own.comment, "Docker drops what it does not know");
	nft_append_verdict(n, c, interface, true, NULL, own.comment, NULL);
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
			r = act(&n, &(struct nft_chain_of){ families[i], "filter", "FORWARD" }, interface);
	return r;
}

int docker_forward_admit(const struct network *n)
{
	return each_family(n, admit);
}

int docker_forward_forget(const struct network *n)
{
	return each_family(n, forget);
}
