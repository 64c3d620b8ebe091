/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/prune.h"

#include <stddef.h>
#include <stdio.h>

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

static int prune_run(const struct cli *cli, void *data)
{
	const struct prune_flags *flags = data;
	struct prune prune = { .filters = &flags->filters };
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	char text[NUMBER_TEXT_MAX];
	uint64_t bytes = 0;
	int r = prune_check(&flags->filters);

	if (r < 0)
		return r;
	if (!flags->force && !confirm("This will remove all stopped containers."))
		return 0;
	r = each_open(cli, &store, &home);
	prune.home = home;
	if (r == 0)
		r = prune_containers(&prune, &bytes);
	if (r < 0)
		return fail_while(r, "cannot prune containers");
	printf("Total reclaimed space: %s\n", number_size_fine(bytes, text));
	return 0;
}

const struct command command_container_prune = {
	.name = "container prune",
	.usage = "[OPTIONS]",
	.summary = "Remove all stopped containers",
	.manual = "Removes the containers that have ended or were never started, with all they wrote.\n",
	.options = prune_table,
	.options_size = sizeof(struct prune_flags),
	.interspersed = true,
	.run = prune_run,
};
