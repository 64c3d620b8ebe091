/* SPDX-License-Identifier: Apache-2.0 */
#include "container/endpoints.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"

#include <string.h>

void endpoints_release(struct endpoints *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->items[i].network);
		endpoint_release(&e->items[i].endpoint);
	}
	free(e->items);
	*e = (struct endpoints){ 0 };
}

struct network_home endpoints_home(const struct home *home)
{
	return (struct network_home){ .root = home->store->root, .runroot = home->runroot };
}

struct search {
	struct network_home home;
	const char *id;
	struct endpoints *found;
};

static int look(int dirfd, const char *name, void *data)
{
	struct search *s = data;
	struct endpoint endpoint = { 0 };
	struct endpoints_item *item;

	(void)dirfd;
	if (endpoint_read(&s->home, name, s->id, &endpoint) < 0) {
		error_clear();
		return 0;
	}
	s->found->items = xrealloc(s->found->items, (s->found->count + 1) * sizeof *s->found->items);
	item = &s->found->items[s->found->count++];
	item->network = xstrdup(name);
	item->endpoint = endpoint;
	return 0;
}

static int by_network(const void *a, const void *b)
{
	return strcmp(((const struct endpoints_item *)a)->network, ((const struct endpoints_item *)b)->network);
}

void endpoints_read(const struct home *home, const char *id, struct endpoints *ret)
{
	struct search s = { .home = endpoints_home(home), .id = id, .found = ret };

	*ret = (struct endpoints){ 0 };
	if (dir_each(home->running, "../networks", look, &s) < 0)
		error_clear(); /* nothing was ever in a network */
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof *ret->items, by_network);
}
