/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * nftables over netlink.h: tables, chains, sets, rules and elements of the family inet. Everything between nft_begin and
 * nft_end is one transaction: the kernel does all of it or nothing. Each object is a step, shown as the `nft` command that
 * does the same. Rules are tables of parts, of the few kinds that hoy's ruleset is made of.
 */
#include "kernel/netlink.h"

#include <stdbool.h>

#define NFT_WORDS_MAX 8 /* parts of a rule, types of a key */
#define NFT_VALUE_MAX 64

enum nft_type { NFT_END, NFT_IFNAME, NFT_IPV4, NFT_IPV6, NFT_PROTOCOL, NFT_PORT };

/* A key or what it is mapped to: the bytes of its types, one behind the other, each padded to four. */
struct nft_value {
	uint8_t bytes[NFT_VALUE_MAX];
	size_t len;
	char text[160]; /* as nft writes it; only filled when step_heard() */
};

void nft_value_ifname(struct nft_value *v, const char *name);
/* 4 or 16 bytes. */
void nft_value_address(struct nft_value *v, const uint8_t *bytes, size_t size);
void nft_value_protocol(struct nft_value *v, uint8_t protocol);
void nft_value_port(struct nft_value *v, uint16_t port);

struct nft_set {
	const char *name;
	enum nft_type key[NFT_WORDS_MAX];
	enum nft_type data[NFT_WORDS_MAX]; /* of a map */
	const char *why;
};

struct nft_chain {
	const char *name;
	const char *type; /* filter, nat; NULL: one that others jump to */
	const char *hook; /* prerouting, input, forward, output, postrouting */
	int priority;
	const char *why;
};

enum nft_op {
	NFT_OP_END,
	NFT_OP_IIF_IN,          /* iifname @ARG */
	NFT_OP_OIF_IN,          /* oifname @ARG */
	NFT_OP_OIF_NOT_IN,      /* oifname != @ARG */
	NFT_OP_IIF_NOT,         /* iifname != "ARG" */
	NFT_OP_IIF_OIF_IN,      /* iifname . oifname @ARG */
	NFT_OP_PAIR4_IN,        /* ip saddr . ip daddr @ARG */
	NFT_OP_PAIR6_IN,        /* the same of IPv6 */
	NFT_OP_SADDR_LOOPBACK,  /* ip saddr 127.0.0.0/8 */
	NFT_OP_DADDR_LOOPBACK,  /* ip daddr 127.0.0.0/8 */
	NFT_OP_DADDR_LOOPBACK6, /* ip6 daddr ::1 */
	NFT_OP_IPV4,            /* meta nfproto ipv4 */
	NFT_OP_IPV6,
	NFT_OP_L4PROTO,  /* meta l4proto ARG: icmp or ipv6-icmp */
	NFT_OP_PORT4_IN, /* ip daddr . meta l4proto . th dport @ARG */
	NFT_OP_PORT6_IN,
	NFT_OP_DADDR_LOCAL,       /* fib daddr type local */
	NFT_OP_DADDR_NOT_OF_IIF,  /* fib daddr . iif type unicast: an address, but not of this interface */
	NFT_OP_SADDR_UNREACHABLE, /* fib saddr . iif oif missing */
	NFT_OP_CT_REPLIES,        /* ct state established,related */
	NFT_OP_CT_DNAT,           /* ct status dnat */
	NFT_OP_DNAT4,             /* dnat ip to meta l4proto . th dport map @ARG */
	NFT_OP_DNAT4_ON,          /* dnat ip to ip daddr . meta l4proto . th dport map @ARG */
	NFT_OP_DNAT6,
	NFT_OP_DNAT6_ON,
	NFT_OP_MASQUERADE,
	NFT_OP_ACCEPT,
	NFT_OP_DROP,
	NFT_OP_RETURN,
	NFT_OP_JUMP, /* jump ARG */
};

struct nft_rule {
	const char *chain;
	struct {
		enum nft_op op;
		const char *arg;
	} parts[NFT_WORDS_MAX];
	const char *why;
};

void nft_begin(struct netlink *n);
void nft_end(struct netlink *n);
/* @mark is kept with the table (Linux 5.10), so that a later look sees whose work it is. */
void nft_add_table(struct netlink *n, const char *table, const char *mark, const char *why);
/* It must be there. */
void nft_delete_table(struct netlink *n, const char *table, const char *why);
void nft_add_set(struct netlink *n, const char *table, const struct nft_set *set);
void nft_add_chain(struct netlink *n, const char *table, const struct nft_chain *chain);
void nft_add_rule(struct netlink *n, const char *table, const struct nft_rule *rule);
/*
 * One element of @set; @data is NULL unless it is a map. One that is there with other data is -EEXIST (or -EBUSY); adding the
 * same twice is fine, deleting one that is not there is -ENOENT.
 */
void nft_add_element(struct netlink *n, const char *table, const char *set, const struct nft_value *key,
		     const struct nft_value *data, const char *why);
void nft_delete_element(struct netlink *n, const char *table, const char *set, const struct nft_value *key, const char *why);

/* The expressions of a rule about what comes in by, or goes out by, an interface: accept, or on in a chain; for nftables_foreign.h.
 */
void nft_put_verdict(struct netlink *n, const char *interface, bool out, const char *jump);

/* What is known of a table: how many chains and sets it has, and its mark. -ENOENT without words when there is none. */
int nft_look(struct netlink *n, const char *table, uint32_t *ret_use, char *ret_mark, size_t size);
