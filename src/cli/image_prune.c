/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/image_prune.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/image_event.h"
#include "cli/moment.h"
#include "container/prune_images.h"
#include "image/reference.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct prune_flags {
	bool all, force;
	struct strv filters;
};

static const struct option prune_table[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct prune_flags, all), .help = "Remove all unused images, not just dangling ones" },
	{ 0, "filter", OPTION_LIST, offsetof(struct prune_flags, filters), "filter",
	  "Provide filter values: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE], dangling=BOOL", .check = filter_check },
	{ 'f', "force", OPTION_BOOL, offsetof(struct prune_flags, force), .help = "Do not prompt for confirmation" },
	OPTIONS_END,
};

static bool is_wanted(const struct imageconfig *c, void *data)
{
	const struct image_prune *p = data;
	int64_t created = 0;

	if (c->created)
		(void)clock_parse(c->created, &created);
	return created < p->until && filter_holds_labels(p->filters, &c->labels) && filter_lacks_labels(p->filters, &c->labels);
}

static void say(struct image_prune *p, const char *what, const char *name)
{
	if (!p->heading)
		printf("Deleted Images:\n");
	p->heading = true;
	printf("%s: %s\n", what, name);
}

static void say_untagged(const char *reference, void *data)
{
	autoreference ref = { 0 };
	autofree char *familiar = NULL;

	if (reference_parse(reference, &ref) < 0)
		return;
	familiar = reference_familiar(&ref);
	say(data, "untagged", familiar);
}

static void say_deleted(const char *digest, const char *id, void *data)
{
	struct image_prune *p = data;

	if (strcmp(digest, id) == 0)
		image_event(p->home, "delete", id, NULL);
	say(p, "deleted", digest);
}

static bool is_false(const char *value)
{
	return !strcmp(value, "0") || !strcmp(value, "false");
}

int image_prune_check(struct image_prune *p)
{
	static const char *const known[] = { "until", "label", "label!", "dangling", NULL };
	int r = filter_names(p->filters, known);

	p->until = INT64_MAX;
	for (size_t i = 0; r == 0 && i < p->filters->count; i++) {
		const char *filter = p->filters->items[i];

		if (!strncmp(filter, "until=", 6))
			r = moment_parse(filter + 6, &p->until);
		else if (!strncmp(filter, "dangling=", 9))
			p->all |= is_false(filter + 9);
	}
	return r;
}

int image_prune(struct image_prune *p, uint64_t *ret_bytes)
{
	struct prune_images prune = {
		.all = p->all, .wanted = is_wanted, .untagged = say_untagged, .deleted = say_deleted, .data = p
	};

	return prune_images(p->home, &prune, ret_bytes);
}

static int prune_run(const struct cli *cli, void *data)
{
	const struct prune_flags *flags = data;
	struct image_prune prune = { .all = flags->all, .filters = &flags->filters };
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	char text[NUMBER_TEXT_MAX];
	uint64_t bytes = 0;
	int r = image_prune_check(&prune);

	if (r < 0)
		return r;
	if (!flags->force && !confirm(prune.all ? "This will remove all images without at least one container associated to them."
						: "This will remove all dangling images."))
		return 0;
	r = each_open(cli, &s, &home);
	prune.home = home;
	if (r == 0)
		r = image_prune(&prune, &bytes);
	printf("%sTotal reclaimed space: %s\n", prune.heading ? "\n" : "", number_size_fine(bytes, text));
	return r < 0 ? fail_while(r, "cannot prune images") : 0;
}

const struct command command_image_prune = {
	.name = "image prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused images",
	.manual =
		"Removes images that have no name and that no container needs; with -a those with a name, too. What killed pulls and\n"
		"imports left goes with them.\n",
	.options = prune_table,
	.options_size = sizeof(struct prune_flags),
	.run = prune_run,
};
