/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/network_prune.h"
#include "cli/prune.h"
#include "container/endpoints.h"
#include "container/record.h"
#include "network/create.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct rm_flags {
	bool force;
};

static const struct option rm_table[] = {
	{ 'f', "force", OPTION_BOOL, offsetof(struct rm_flags, force), .help = "Do not mind a network that is not there" },
	OPTIONS_END,
};

static int remove_one(const struct home *home, const char *name)
{
	struct network_home place = endpoints_home(home);
	autonetwork n = { 0 };
	int r = network_find(&place, name, &n);

	if (r == 0)
		r = create_remove(&place, &n);
	if (r == 0)
		endpoints_event(home, &n, "destroy", NULL);
	return r;
}

static int remove_named(const struct home *home, const char *name, void *data)
{
	const struct rm_flags *flags = data;
	int r = remove_one(home, name);

	return r == -ENOENT && flags->force ? 1 : r;
}

/* Endpoints of containers that were killed are no reason to refuse: each_name has cleaned up. */
static int rm_run(const struct cli *cli, void *data)
{
	int r = each_name(cli, "remove", true, remove_named, data);

	return r < 0 ? fail_while(r, "cannot remove networks") : r;
}

const struct command command_network_rm = {
	.name = "network rm",
	.usage = "NETWORK [NETWORK...]",
	.summary = "Remove one or more networks",
	.manual = "Removes networks that no running container is in, with their bridges.\n",
	.options = rm_table,
	.options_size = sizeof(struct rm_flags),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = rm_run,
	.complete = "network",
};

/* ---- prune: the same of all that nobody uses */

struct prune_flags {
	bool force;
	struct strv filters;
};

static const struct option prune_table[] = {
	{ 0, "filter", OPTION_LIST, offsetof(struct prune_flags, filters), "filter",
	  "Provide filter values: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE]", .check = filter_check },
	{ 'f', "force", OPTION_BOOL, offsetof(struct prune_flags, force), .help = "Do not prompt for confirmation" },
	OPTIONS_END,
};

struct pruning {
	const struct strv *filters;
	struct strv used, unused;
};

/* Of a container that does not run, too: it will want it again. */
static int see_record(int dirfd, const struct record *r, void *data)
{
	struct pruning *p = data;

	(void)dirfd;
	for (size_t i = 0; i < r->networks.count; i++)
		strv_add(&p->used, r->networks.items[i].network);
	return 0;
}

static int see_network(const struct network *n, void *data)
{
	struct pruning *p = data;

	if (!network_is_predefined(n->name) && !n->config_only && !strv_contains(&p->used, n->name) &&
	    prune_wants(p->filters, n->created, &n->labels))
		strv_add(&p->unused, n->name);
	return 0;
}

int network_prune(const struct home *home, const struct strv *filters)
{
	struct network_home place = endpoints_home(home);
	struct pruning p = { .filters = filters };
	bool heading = false;
	int r = record_each(home, see_record, &p);

	if (r == 0)
		r = network_each(&place, see_network, &p);
	for (size_t i = 0; r == 0 && i < p.unused.count; i++) {
		r = remove_one(home, p.unused.items[i]);
		if (r == -EBUSY || r == -ENOENT) {
			r = 0;
			continue;
		}
		if (r == 0)
			printf("%s%s\n", heading ? "" : "Deleted Networks:\n", p.unused.items[i]);
		heading = true;
	}
	if (heading)
		putchar('\n');
	strv_release(&p.used);
	strv_release(&p.unused);
	return r;
}

static int prune_run(const struct cli *cli, void *data)
{
	const struct prune_flags *flags = data;
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	int r = prune_check(&flags->filters);

	if (r < 0)
		return r;
	if (!flags->force && !confirm("This will remove all custom networks not used by at least one container."))
		return 0;
	r = each_open(cli, &s, &home);
	if (r == 0)
		r = network_prune(home, &flags->filters);
	return r < 0 ? fail_while(r, "cannot prune networks") : 0;
}

const struct command command_network_prune = {
	.name = "network prune",
	.usage = "[OPTIONS]",
	.summary = "Remove all unused networks",
	.manual = "Removes networks that no container is made to be in.\n",
	.options = prune_table,
	.options_size = sizeof(struct prune_flags),
	.run = prune_run,
};
