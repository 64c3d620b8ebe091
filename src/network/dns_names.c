/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_names.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_ID  12        /* the whole id is too long for a label (RFC 1035 2.3.4) */
#define NAMES_MAX (1 << 16) /* of all containers: the rest is not known */

void dns_names_release(struct dns_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->items[i].name);
	free(n->items);
	for (size_t i = 0; i < n->container_count; i++)
		strv_release(&n->containers[i].links);
	free(n->containers);
	*n = (struct dns_names){ 0 };
}

/* A name that can be asked for and answered with: labels of 1 to 63 characters. Makes it lower case. */
static bool make_askable(char *name)
{
	size_t label = 0, len = 0;

	for (; name[len]; len++) {
		name[len] = (char)tolower((unsigned char)name[len]);
		label = name[len] == '.' ? 0 : label + 1;
		if (label > 63 || (name[len] == '.' && (len == 0 || name[len - 1] == '.')))
			return false;
	}
	return len > 0 && len < DNS_NAME_MAX && name[len - 1] != '.';
}

/* Once: its host name may be the head of its id, and an alias its name. */
static bool has(const struct dns_names *n, const char *name, size_t container)
{
	for (size_t i = n->count; i > 0 && n->items[i - 1].container == container; i--)
		if (strcmp(n->items[i - 1].name, name) == 0)
			return true;
	return false;
}

static void add_name(struct dns_names *n, const struct endpoint *e, const char *given, size_t len, bool first)
{
	autofree char *name = given ? xstrndup(given, len) : NULL;

	if (!name || !make_askable(name) || has(n, name, n->container_count - 1))
		return;
	for (int i = 0; i < NETWORK_FAMILIES; i++) {
		if (!e->addresses[i].family || n->count >= NAMES_MAX)
			continue;
		if (n->count == n->size) {
			n->size = n->size ? 2 * n->size : 16;
			n->items = xrealloc(n->items, n->size * sizeof *n->items);
		}
		n->items[n->count++] = (struct dns_name){ xstrdup(name), e->addresses[i], n->container_count - 1, first };
	}
}

void dns_names_add(struct dns_names *n, const struct endpoint *e)
{
	struct dns_container *c;

	n->containers = xrealloc(n->containers, (n->container_count + 1) * sizeof *n->containers);
	c = &n->containers[n->container_count++];
	*c = (struct dns_container){ .internal = e->internal };
	memcpy(c->id, e->id, sizeof c->id);
	for (size_t i = 0; i < e->links.count; i++) {
		autofree char *link = xstrdup(e->links.items[i]);

		for (char *p = link; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		strv_add(&c->links, link);
	}
	for (size_t i = 0; i < e->servers.count && c->server_count < DNS_SERVERS_MAX; i++)
		c->server_count += address_parse(e->servers.items[i], &c->servers[c->server_count]) == 0;
	add_name(n, e, e->name, e->name ? strlen(e->name) : 0, true);
	for (size_t i = 0; i < e->aliases.count; i++)
		add_name(n, e, e->aliases.items[i], strlen(e->aliases.items[i]), false);
	add_name(n, e, e->hostname, e->hostname ? strlen(e->hostname) : 0, false);
	add_name(n, e, e->id, SHORT_ID, false);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct dns_name *)a)->name, ((const struct dns_name *)b)->name);
}

void dns_names_sort(struct dns_names *n)
{
	if (n->count)
		qsort(n->items, n->count, sizeof *n->items, compare);
}

static int add_one(const struct endpoint *e, void *data)
{
	dns_names_add(data, e);
	return 0;
}

int dns_names_read(int dir, struct dns_names *ret)
{
	autocall(dns_names_release) struct dns_names all = { 0 };
	int r = endpoint_each_at(dir, add_one, &all);

	if (r < 0)
		return r;
	dns_names_sort(&all);
	dns_names_release(ret);
	*ret = all;
	all = (struct dns_names){ 0 };
	return 0;
}

size_t dns_names_find(const struct dns_names *n, const char *name, const struct dns_name **ret_first)
{
	size_t low = 0, high = n->count, count = 0;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(n->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < n->count && strcmp(n->items[low + count].name, name) == 0)
		count++;
	if (count)
		*ret_first = &n->items[low];
	return count;
}

const struct dns_container *dns_names_container(const struct dns_names *n, const char *id)
{
	for (size_t i = 0; i < n->container_count; i++)
		if (strcmp(n->containers[i].id, id) == 0)
			return &n->containers[i];
	return NULL;
}

const struct dns_name *dns_names_of(const struct dns_names *n, const struct address *address)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->items[i].first && address_equal(&n->items[i].address, address))
			return &n->items[i];
	return NULL;
}
