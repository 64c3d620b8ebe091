/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/disk_use.h"
#include "cli/each.h"
#include "cli/format.h"
#include "cli/table.h"
#include "container/status.h"
#include "image/digest.h"
#include "image/reference.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ID_SHORT 12

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
	number_size_1000(l->reclaimable, bytes);
	if (l->size)
		snprintf(free_text, sizeof free_text, "%s (%d%%)", bytes, (int)(l->reclaimable * 100 / l->size));
	else
		snprintf(free_text, sizeof free_text, "%s", bytes);
	add_str(o, "Active", active);
	add_str(o, "Reclaimable", free_text);
	add_str(o, "Size", number_size_1000(l->size, size));
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

static void print_table(const char *heading, struct table *t)
{
	autobuf out = BUF_INIT;

	table_print(t, &out);
	printf("%s space usage:\n\n%s\n", heading, out.data);
}

static void add_size(struct table *t, uint64_t bytes)
{
	char text[NUMBER_TEXT_MAX];

	table_add(t, number_size_1000(bytes, text));
}

static void add_ago(struct table *t, int64_t when)
{
	char since[CLOCK_TEXT_MAX], text[CLOCK_TEXT_MAX + 8] = "N/A";

	if (when)
		snprintf(text, sizeof text, "%s ago", clock_human(clock_now() - when, since));
	table_add(t, text);
}

static void add_cut(struct table *t, const char *text)
{
	autofree char *cut = xstrndup(text, ID_SHORT);

	table_add(t, cut);
}

static void add_words(struct table *t, const char *const *words)
{
	for (; *words; words++)
		table_add(t, *words);
}

static void add_count(struct table *t, size_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%zu", n);
	table_add(t, text);
}

static void print_images(const struct disk_use *u)
{
	static const char *const headings[] = { "REPOSITORY",  "TAG",         "IMAGE ID",   "CREATED", "SIZE",
						"SHARED SIZE", "UNIQUE SIZE", "CONTAINERS", NULL };
	autotable t = { .columns = ARRAY_SIZE(headings) - 1 };

	add_words(&t, headings);
	for (size_t i = 0; i < u->image_count; i++) {
		const struct disk_image *image = &u->images[i];
		uint64_t size = (uint64_t)image->entry->size;
		autoreference ref = { 0 };
		bool named = *image->entry->reference != '@' && reference_parse(image->entry->reference, &ref) == 0;
		autofree char *name = named ? reference_familiar_name(&ref) : xstrdup("<none>");

		table_add(&t, name);
		table_add(&t, named && ref.tag ? ref.tag : "<none>");
		add_cut(&t, digest_hex(image->entry->id));
		add_ago(&t, image->created);
		add_size(&t, size);
		add_size(&t, image->shared);
		add_size(&t, size > image->shared ? size - image->shared : 0);
		add_count(&t, image->containers);
	}
	error_clear();
	print_table("Images", &t);
}

static void print_containers(const struct disk_use *u)
{
	static const char *const headings[] = { "CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED",
						"STATUS",       "NAMES", NULL };
	autotable t = { .columns = ARRAY_SIZE(headings) - 1 };

	add_words(&t, headings);
	for (size_t i = 0; i < u->container_count; i++) {
		const struct brief *b = &u->containers[i].brief;
		autofree char *command = xasprintf("\"%.20s\"", b->command);
		char status[STATUS_TEXT_MAX];

		add_cut(&t, b->id);
		table_add(&t, b->image);
		table_add(&t, command);
		add_count(&t, b->local_volumes);
		add_size(&t, u->containers[i].size);
		add_ago(&t, b->created);
		table_add(&t, status_text(&b->state, status));
		table_add(&t, b->name);
	}
	print_table("Containers", &t);
}

static void print_volumes(const struct disk_use *u)
{
	static const char *const headings[] = { "VOLUME NAME", "LINKS", "SIZE", NULL };
	autotable t = { .columns = ARRAY_SIZE(headings) - 1 };

	add_words(&t, headings);
	for (size_t i = 0; i < u->volume_count; i++) {
		table_add(&t, u->volumes[i].name);
		add_count(&t, u->volumes[i].users);
		add_size(&t, u->volumes[i].size);
	}
	print_table("Local Volumes", &t);
}

static int df_run(const struct cli *cli, void *data)
{
	const struct df_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(disk_use_release) struct disk_use use = { 0 };
	int r = each_open(cli, &store, &home);

	if (r == 0 && flags->verbose && flags->format)
		return fail(-EINVAL, "the verbose and the format options conflict");
	if (r == 0)
		r = disk_use_read(home, &use);
	if (r < 0)
		return fail_while(r, "cannot show disk usage");
	if (!flags->verbose)
		return print_summary(&use, flags->format);
	print_images(&use);
	print_containers(&use);
	print_volumes(&use);
	return 0;
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
