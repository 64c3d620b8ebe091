/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "container/volume.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct prune_flags {
	bool all, force;
	struct strv filters;
};

static const struct option prune_table[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct prune_flags, all),
	  .help = "Remove all unused volumes, not just anonymous ones" },
	{ 0, "filter", OPTION_LIST, offsetof(struct prune_flags, filters), "filter",
	  "Provide filter values: label=KEY[=VALUE], label!=KEY[=VALUE], all=BOOL", .check = filter_check },
	{ 'f', "force", OPTION_BOOL, offsetof(struct prune_flags, force), .help = "Do not prompt for confirmation" },
	OPTIONS_END,
};

static bool is_true(const char *value, void *data)
{
	(void)data;
	return !strcmp(value, "1") || !strcmp(value, "true");
}

struct report {
	struct prune_flags *flags;
	bool heading;
};

static bool is_wanted(const struct volume *v, void *data)
{
	const struct prune_flags *flags = ((const struct report *)data)->flags;

	return (flags->all || strv_env_get(&v->labels, VOLUME_ANONYMOUS)) && filter_holds_labels(&flags->filters, &v->labels) &&
	       filter_lacks_labels(&flags->filters, &v->labels);
}

static void say_removed(const char *name, void *data)
{
	struct report *report = data;

	if (!report->heading)
		printf("Deleted Volumes:\n");
	report->heading = true;
	printf("%s\n", name);
}

static int prune_run(const struct cli *cli, void *data)
{
	static const char *const known[] = { "label", "label!", "all", NULL };
	struct report report = { .flags = data };
	struct volume_prune prune = { .wanted = is_wanted, .removed = say_removed, .data = &report };
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	char text[NUMBER_TEXT_MAX];
	uint64_t bytes = 0;
	bool asked = false;
	int r = filter_names(&report.flags->filters, known);

	for (size_t i = 0; i < report.flags->filters.count; i++)
		asked |= !strncmp(report.flags->filters.items[i], "all=", 4);
	report.flags->all |= asked && filter_holds(&report.flags->filters, "all", is_true, NULL);
	if (r < 0)
		return r;
	if (!report.flags->force &&
	    !confirm(report.flags->all ? "This will remove all local volumes not used by at least one container."
				       : "This will remove anonymous local volumes not used by at least one container."))
		return 0;
	r = each_open(cli, &s, &home);
	if (r == 0)
		r = volume_prune(home, &prune, &bytes);
	printf("%sTotal reclaimed space: %s\n", report.heading ? "\n" : "", number_size_fine(bytes, text));
	return r < 0 ? fail_while(r, "cannot prune volumes") : 0;
}

const struct command command_volume_prune = {
	.name = "volume prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused local volumes",
	.manual = "Removes anonymous volumes that no container mounts; with -a named ones, too.\n",
	.options = prune_table,
	.options_size = sizeof(struct prune_flags),
	.run = prune_run,
};
