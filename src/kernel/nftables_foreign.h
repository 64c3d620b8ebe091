/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rules in another program's chain, where that program asks for it: they carry a comment, by which they are found again, and
 * are written as iptables writes its own, so that it can list them.
 */
#include "kernel/nftables.h"

struct nft_chain_of {
	uint8_t family; /* NFPROTO_IPV4, NFPROTO_IPV6 */
	const char *table, *chain;
};

/* Calls @visit with the handle and the comment ("" for none) of each rule. A chain that is not there has none. */
int nft_each_rule(struct netlink *n, const struct nft_chain_of *c, int (*visit)(uint64_t handle, const char *comment, void *data),
		  void *data);
/* At the end of the chain: what comes in by, or goes out by, this interface is accepted, or goes on in the chain @jump. */
void nft_append_verdict(struct netlink *n, const struct nft_chain_of *c, const char *interface, bool out, const char *jump,
			const char *comment, const char *why);
void nft_delete_rule(struct netlink *n, const struct nft_chain_of *c, uint64_t handle, const char *why);
/* 1 when the chain is there. */
int nft_has_chain(struct netlink *n, const struct nft_chain_of *c);
