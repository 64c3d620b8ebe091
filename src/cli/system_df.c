/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/disk_detail.h"
#include "cli/disk_use.h"
#include "cli/each.h"
#include "cli/format.h"

#include <stdio.h>

struct df_flags {
	const char *format;
	bool verbose;
};

static const struct option df_table[] = {
	{ 0, "format", OPTION_STRING, offsetof(struct df_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 'v', "verbose", OPTION_BOOL, offsetof(struct df_flags, verbose), .help = "Show detailed information on space usage" },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "Type", "TYPE" }, { "TotalCount", "TOTAL" },        { "Active", "ACTIVE" },
	{ "Size", "SIZE" }, { "Reclaimable", "RECLAIMABLE" }, { NULL, NULL },
};

/* One line of the summary. */
struct line {
	const char *type;
	size_t total, active;
	uint64_t size, reclaimable;
};

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static struct json_object *describe(const struct line *l)
{
	struct json_object *o = json_object_new_object();
	char size[NUMBER_TEXT_MAX], free_text[NUMBER_TEXT_MAX + 16], bytes[NUMBER_TEXT_MAX], total[24], active[24];

	snprintf(total, sizeof total, "%zu", l->total);
	snprintf(active, sizeof active, "%zu", l->active);
	number_size_fine(l->reclaimable, bytes);
	if (l->size)
		snprintf(free_text, sizeof free_text, "%s (%d%%)", bytes, (int)(l->reclaimable * 100 / l->size));
	else
		snprintf(free_text, sizeof free_text, "%s", bytes);
	add_str(o, "Active", active);
	add_str(o, "Reclaimable", free_text);
	add_str(o, "Size", number_size_fine(l->size, size));
	add_str(o, "TotalCount", total);
	add_str(o, "Type", l->type);
	return o;
}

static int print_summary(const struct disk_use *u, const char *format)
{
	static const char *const shown[] = { "Type", "TotalCount", "Active", "Size", "Reclaimable", NULL };
	struct format_list list = { .format = format, .columns = columns, .shown = shown };
	struct line images = { "Images", u->distinct_images, u->active_images, u->layers, 0 };
	struct line containers = { .type = "Containers", .total = u->container_count };
	struct line volumes = { .type = "Local Volumes", .total = u->volume_count };
	struct line cache = { .type = "Build Cache" };
	autojson struct json_object *array = json_object_new_array();

	images.reclaimable = u->layers > u->active_layers ? u->layers - u->active_layers : 0;
	for (size_t i = 0; i < u->container_count; i++) {
		bool runs = u->containers[i].brief.state.pid > 0;

		containers.active += runs;
		containers.size += u->containers[i].size;
		containers.reclaimable += runs ? 0 : u->containers[i].size;
	}
	for (size_t i = 0; i < u->volume_count; i++) {
		volumes.active += u->volumes[i].users > 0;
		volumes.size += u->volumes[i].size;
		volumes.reclaimable += u->volumes[i].users ? 0 : u->volumes[i].size;
	}
	json_object_array_add(array, describe(&images));
	json_object_array_add(array, describe(&containers));
	json_object_array_add(array, describe(&volumes));
	json_object_array_add(array, describe(&cache));
	return format_print_list(&list, array, stdout);
}

static int df_run(const struct cli *cli, void *data)
{
	const struct df_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(disk_use_release) struct disk_use use = { 0 };
	int r = each_open(cli, &store, &home);

	if (r == 0)
		r = disk_use_read(home, &use);
	if (r < 0)
		return fail_while(r, "cannot show disk usage");
	return flags->verbose ? disk_detail_print(home, &use, flags->format) : print_summary(&use, flags->format);
}

const struct command command_system_df = {
	.name = "system df",
	.usage = "[OPTIONS]",
	.summary = "Show disk usage",
	.manual =
		"Shows what images, containers and volumes take up. The size of images is that of their unpacked layers, each counted\n"
		"once; reclaimable is what no container needs. -v shows each thing.\n",
	.options = df_table,
	.options_size = sizeof(struct df_flags),
	.max_args = 0,
	.interspersed = true,
	.run = df_run,
};
