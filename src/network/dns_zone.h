/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a network's name server knows, and what it answers with it: the names of the network's containers, those of the other
 * networks that the asker is in, and for all other names whom to ask. Names of networks that it is not in are never answered;
 * for who is in internal networks alone nobody is asked (CVE-2024-29018). Runs in the network's name server.
 */
#include "network/dns_names.h"
#include "network/dns_others.h"

#include <time.h>

struct dns_zone {
	const char *network; /* its name: NAME.NETWORK is NAME, too; borrowed */
	bool internal;
	/*
	 * Names of this network are all it says. Elsewhere who asks is who has its address (veth_bind_port); where the server is a
	 * neighbour itself (dns_apart.h) it cannot know, and the server of another network that the asker is in knows more.
	 */
	bool alone;
	int names_dir; /* see dns_names.h; borrowed */
	bool stale;    /* the directory has changed since it was read */
	struct dns_names names;
	struct dns_others others;
	struct address servers[DNS_SERVERS_MAX]; /* the host's, from /etc/resolv.conf */
	size_t server_count;
	struct timespec servers_time; /* when that file was last changed */
	unsigned int turn;            /* which of several addresses of a name comes first */
};

void dns_zone_release(struct dns_zone *z);
/* Reads what has changed since it was read last. Errors leave what was known. */
void dns_zone_refresh(struct dns_zone *z);

struct dns_query {
	const uint8_t *data;
	struct dns_question question;
	struct address asker;
	size_t max; /* the longest answer that the asker takes this way */
};
/*
 * Answers from the zone into @reply and returns 0; or returns how many servers (in *@ret_servers, borrowed) the question is
 * to be sent on to.
 */
size_t dns_zone_answer(struct dns_zone *z, const struct dns_query *query, struct dns_reply *reply,
		       const struct address **ret_servers);
/* An answer without a record. */
void dns_zone_refuse(const struct dns_query *query, enum dns_rcode code, struct dns_reply *reply);
