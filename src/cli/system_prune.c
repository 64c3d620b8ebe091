/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/image_prune.h"
#include "cli/network_prune.h"
#include "cli/prune.h"
#include "container/volume.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct prune_flags {
	bool all, force, volumes;
	struct strv filters;
};

static const struct option prune_table[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct prune_flags, all), .help = "Remove all unused images not just dangling ones" },
	{ 0, "filter", OPTION_LIST, offsetof(struct prune_flags, filters), "filter",
	  "Provide filter values: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE]", .check = filter_check },
	{ 'f', "force", OPTION_BOOL, offsetof(struct prune_flags, force), .help = "Do not prompt for confirmation" },
	{ 0, "volumes", OPTION_BOOL, offsetof(struct prune_flags, volumes), .help = "Prune anonymous volumes" },
	OPTIONS_END,
};

struct volumes {
	const struct strv *filters;
	bool any;
};

static bool volume_is_wanted(const struct volume *v, void *data)
{
	const struct strv *filters = ((struct volumes *)data)->filters;

	return strv_env_get(&v->labels, VOLUME_ANONYMOUS) && filter_holds_labels(filters, &v->labels) &&
	       filter_lacks_labels(filters, &v->labels);
}

static void say_volume(const char *name, void *data)
{
	struct volumes *v = data;

	printf("%s%s\n", v->any ? "" : "Deleted Volumes:\n", name);
	v->any = true;
}

static int prune_volumes(const struct prune *p, uint64_t *ret_bytes)
{
	struct volumes data = { .filters = p->filters };
	struct volume_prune prune = { .wanted = volume_is_wanted, .removed = say_volume, .data = &data };
	uint64_t bytes = 0;
	int r = volume_prune(p->home, &prune, &bytes);

	*ret_bytes += bytes;
	if (data.any)
		putchar('\n');
	return r;
}

/* Containers first: what they used is unused then. */
static int prune_all(const struct prune *p, struct image_prune *images, bool volumes, uint64_t *ret_bytes)
{
	uint64_t freed = 0;
	int r = prune_containers(p, ret_bytes);

	if (r == 0)
		r = network_prune(p->home, p->filters);
	if (r == 0 && volumes)
		r = prune_volumes(p, ret_bytes);
	if (r == 0)
		r = image_prune(images, &freed);
	*ret_bytes += freed;
	if (images->heading)
		putchar('\n');
	return r;
}

static char *warning(const struct prune_flags *flags)
{
	autobuf text = BUF_INIT;

	buf_add_str(&text, "This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n");
	if (flags->volumes)
		buf_add_str(&text, "  - all anonymous volumes not used by at least one container\n");
	buf_add_str(&text, flags->all ? "  - all images without at least one container associated to them\n"
				      : "  - all dangling images\n");
	if (flags->filters.count) {
		autofree char *filters = strv_join(&flags->filters, ", ");

		buf_add_format(&text, "\n  Items to be pruned will be filtered with:\n  - %s\n", filters);
	}
	return buf_take(&text);
}

static int prune_run(const struct cli *cli, void *data)
{
	const struct prune_flags *flags = data;
	struct prune prune = { .filters = &flags->filters };
	struct image_prune images = { .filters = &flags->filters, .all = flags->all };
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autofree char *question = warning(flags);
	char text[NUMBER_TEXT_MAX];
	uint64_t bytes = 0;
	int r = prune_check(&flags->filters);

	if (r == 0)
		r = image_prune_check(&images);
	for (size_t i = 0; r == 0 && flags->volumes && i < flags->filters.count; i++)
		if (strncmp(flags->filters.items[i], "until=", 6) == 0)
			r = fail(-EINVAL, "ERROR: The \"until\" filter is not supported with \"--volumes\"");
	if (r < 0)
		return r;
	if (!flags->force && !confirm(question))
		return 0;
	r = each_open(cli, &store, &home);
	prune.home = images.home = home;
	if (r == 0)
		r = prune_all(&prune, &images, flags->volumes, &bytes);
	if (r < 0)
		return fail_while(r, "cannot prune");
	printf("Total reclaimed space: %s\n", number_size_fine(bytes, text));
	return 0;
}

const struct command command_system_prune = {
	.name = "system prune",
	.usage = "[OPTIONS]",
	.summary = "Remove unused data",
	.manual =
		"Removes the containers that do not run, the networks that nothing is in, and the images that have no name and no container; with -a all images that\n"
		"have no container, and with --volumes the anonymous volumes that no container mounts.\n",
	.options = prune_table,
	.options_size = sizeof(struct prune_flags),
	.interspersed = true,
	.run = prune_run,
};
