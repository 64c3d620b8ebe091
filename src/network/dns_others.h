/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The other networks of the container that asks: programs that put a question to the first server of resolv.conf alone
 * (nslookup, nginx's resolver) find the names of all of its networks there, and never those of one that it is not in. Which
 * networks those are is what the directories of endpoints say at that moment (endpoint.h). Runs in the network's name server.
 */
#include "network/dns_names.h"

#include <time.h>

struct dns_other {
	char *network;
	struct dns_names names;
	struct timespec changed; /* the directory, when it was read */
	bool settled; /* what came later has a later time: the kernel's clock of files ticks a few milliseconds at a time */
	bool shared;  /* the container that asks is in it */
};

struct dns_others {
	int dir;         /* RUNROOT/networks; borrowed */
	const char *own; /* the network that is served, which is no other one; borrowed */
	struct dns_other *items;
	size_t count;
};

void dns_others_release(struct dns_others *o);
/* Sees which networks the container @id is in, and reads their names where they have changed. Errors leave one out. */
void dns_others_refresh(struct dns_others *o, const char *id);
