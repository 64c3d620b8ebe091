/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The names of one network, out of its endpoints (endpoint.h). A container is found by its name, its aliases in this network,
 * its host name, its id and the first twelve digits of that. Runs in the network's name server.
 */
#include "network/dns_message.h"
#include "network/endpoint.h"

#define DNS_SERVERS_MAX 3 /* as the C library's MAXNS */

/* What the server knows of one container. */
struct dns_container {
	char id[ENDPOINT_ID_MAX];
	struct address servers[DNS_SERVERS_MAX];
	size_t server_count;
	bool internal;     /* this network leads nowhere */
	struct strv links; /* ALIAS=NAME, in lower case: what it alone calls others */
};

/* One line's name and address. */
struct dns_name {
	char *name; /* lower case */
	struct address address;
	size_t container; /* index of its container */
	bool first;       /* the name that its address stands for */
};

/* All of them, sorted by name. */
struct dns_names {
	struct dns_name *items;
	size_t count, size;
	struct dns_container *containers;
	size_t container_count;
};

void dns_names_release(struct dns_names *n);
/* Reads the directory "endpoints"; a file that vanishes or cannot be read is left out. On failure *@ret is as it was. */
int dns_names_read(int dir, struct dns_names *ret);
/* The names equal to @name, which is in lower case: the first in *@ret_first, and how many follow it in a row. */
size_t dns_names_find(const struct dns_names *n, const char *name, const struct dns_name **ret_first);
/* The line of the first name of this address, or NULL. */
const struct dns_name *dns_names_of(const struct dns_names *n, const struct address *address);
/* One container's names; for dns_names_read and its tests. */
void dns_names_add(struct dns_names *n, const struct endpoint *e);
/* The container with this id, or NULL. */
const struct dns_container *dns_names_container(const struct dns_names *n, const char *id);
/* Puts them in order; before the first dns_names_find. */
void dns_names_sort(struct dns_names *n);
