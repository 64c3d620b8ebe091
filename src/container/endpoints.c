/* SPDX-License-Identifier: Apache-2.0 */
#include "container/endpoints.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/event.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void endpoints_release(struct endpoints *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->items[i].network);
		endpoint_release(&e->items[i].endpoint);
	}
	free(e->items);
	*e = (struct endpoints){ 0 };
}

void endpoints_event(const struct home *home, const struct network *n, const char *action, const char *container)
{
	const char *const more[] = { "type", network_driver_name(n->driver), container ? "container" : NULL, container, NULL };
	struct event e = { .type = "network", .action = action, .id = n->id, .name = n->name, .more = more };

	event_add(home, &e);
}

struct network_home endpoints_home(const struct home *home)
{
	return (struct network_home){ .root = home->store->root, .runroot = home->runroot };
}

static int add_name(int dirfd, const char *name, void *data)
{
	struct stat st;

	/* beside them lie files that are no network */
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		strv_add(data, name);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void endpoints_networks(const struct home *home, struct strv *ret)
{
	if (dir_each(home->running, "../networks", add_name, ret) < 0)
		error_clear(); /* nothing was ever in a network */
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof *ret->items, by_text);
}

void endpoints_read_in(const struct home *home, const struct strv *networks, const char *id, struct endpoints *ret)
{
	struct network_home where = endpoints_home(home);

	for (size_t i = 0; i < networks->count; i++) {
		struct endpoint endpoint = { 0 };

		if (endpoint_read(&where, networks->items[i], id, &endpoint) < 0) {
			error_clear();
			continue;
		}
		ret->items = xrealloc(ret->items, (ret->count + 1) * sizeof *ret->items);
		ret->items[ret->count++] = (struct endpoints_item){ xstrdup(networks->items[i]), endpoint };
	}
}

void endpoints_read(const struct home *home, const char *id, struct endpoints *ret)
{
	autostrv networks = { 0 };

	endpoints_networks(home, &networks);
	endpoints_read_in(home, &networks, id, ret);
}
