/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/glob.h"
#include "cli/settings.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/image.h"
#include "image/reference.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <string.h>

struct images_flags {
	bool all, digests, no_trunc, quiet;
	const char *format;
	struct strv filters;
};

static const struct option images_table[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct images_flags, all), .help = "Show all images (there are no hidden ones)" },
	{ 0, "digests", OPTION_BOOL, offsetof(struct images_flags, digests), .help = "Show digests" },
	{ 'f', "filter", OPTION_LIST, offsetof(struct images_flags, filters), "filter",
	  "Filter by reference=PATTERN, dangling=BOOL, label=KEY[=VALUE], before=IMAGE, since=IMAGE", .check = filter_check },
	{ 0, "format", OPTION_STRING, offsetof(struct images_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 0, "no-trunc", OPTION_BOOL, offsetof(struct images_flags, no_trunc), .help = "Don't truncate output" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct images_flags, quiet), .help = "Only show image IDs" },
	{ 0, "tree", OPTION_BOOL, .help = "List multi-platform images as a tree",
	  .never = "a name stands for an image of one platform here" },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "Repository", "REPOSITORY" },
	{ "Tag", "TAG" },
	{ "Digest", "DIGEST" },
	{ "ID", "IMAGE ID" },
	{ "CreatedSince", "CREATED" },
	{ "CreatedAt", "CREATED AT" },
	{ "Size", "SIZE" },
	{ "VirtualSize", "SIZE" },
	{ "SharedSize", "SHARED SIZE" },
	{ "UniqueSize", "UNIQUE SIZE" },
	{ "Containers", "CONTAINERS" },
	{ NULL, NULL },
};

/* One line to be. */
struct row {
	const struct catalog_entry *entry; /* borrowed from the catalog */
	char *repository, *tag;            /* "<none>" where there is none */
	struct imageconfig config;
	int64_t created; /* ns since 1970, 0: unknown */
};

struct rows {
	struct row *items;
	size_t count;
};

static void row_release(struct row *row)
{
	free(row->repository);
	free(row->tag);
	imageconfig_release(&row->config);
}

static void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		row_release(&rows->items[i]);
	free(rows->items);
}

static void split_name(const char *reference, struct row *row)
{
	autoreference ref = { 0 };

	if (*reference == '@' || reference_parse(reference, &ref) < 0) {
		row->repository = xstrdup("<none>");
		row->tag = xstrdup("<none>");
		return;
	}
	row->repository = reference_familiar_name(&ref);
	row->tag = xstrdup(ref.tag ? ref.tag : "<none>");
}

static void load_config(const struct store *s, struct row *row)
{
	autobuf text = BUF_INIT;

	/* an image whose config is damaged is still listed: it can be removed */
	if (blobstore_read(s, row->entry->id, IMAGECONFIG_SIZE_MAX, &text) < 0 ||
	    imageconfig_parse(text.data, text.len, &row->config) < 0)
		return;
	/* year 1 is how Go writes "never" */
	if (row->config.created && (clock_parse(row->config.created, &row->created) < 0 || row->created < 0))
		row->created = 0;
}

static int by_age(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->created != y->created)
		return x->created < y->created ? 1 : -1;
	return strcmp(x->entry->reference, y->entry->reference);
}

static void read_rows(const struct store *s, const struct catalog *all, struct rows *rows)
{
	rows->items = xcalloc(all->count + 1, sizeof *rows->items);
	rows->count = all->count;
	for (size_t i = 0; i < all->count; i++) {
		rows->items[i].entry = &all->items[i];
		split_name(all->items[i].reference, &rows->items[i]);
		load_config(s, &rows->items[i]);
	}
	qsort(rows->items, rows->count, sizeof *rows->items, by_age);
}

static bool is_named(const struct row *row, const char *pattern)
{
	autofree char *full = xasprintf("%s:%s", row->repository, row->tag);

	return glob_matches(pattern, row->repository) || glob_matches(pattern, full) ||
	       glob_matches(pattern, row->entry->reference);
}

static bool name_fits(const char *pattern, void *row)
{
	return is_named(row, pattern);
}

static bool dangling_fits(const char *value, void *row)
{
	bool yes = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;

	return (strcmp(((struct row *)row)->tag, "<none>") == 0) == yes;
}

/* before=IMAGE and since=IMAGE, as times: the first value counts, as in Docker. */
static int limit_of(const struct store *s, const struct rows *rows, const struct strv *filters, const char *name, int64_t *ret)
{
	size_t len = strlen(name);

	for (size_t f = 0; f < filters->count; f++) {
		const char *filter = filters->items[f];
		autoentry e = { 0 };
		int r;

		if (strncmp(filter, name, len) != 0 || filter[len] != '=')
			continue;
		r = image_find_entry(s, filter + len + 1, &e);
		if (r < 0)
			return r == -ENOENT ? fail(r, "No such image: %s", filter + len + 1) : r;
		for (size_t i = 0; i < rows->count; i++)
			if (strcmp(rows->items[i].entry->id, e.id) == 0)
				*ret = rows->items[i].created;
		return 0;
	}
	return 0;
}

/* Keeps the rows that the command line asks for; the others are released. */
static int choose_rows(const struct store *s, const struct strv *filters, const char *pattern, struct rows *rows)
{
	static const char *const known[] = { "before", "dangling", "label", "reference", "since", NULL };
	int64_t before = INT64_MAX, since = INT64_MIN;
	size_t kept = 0;
	int r = filter_names(filters, known);

	if (r == 0)
		r = limit_of(s, rows, filters, "before", &before);
	if (r == 0)
		r = limit_of(s, rows, filters, "since", &since);
	for (size_t i = 0; r == 0 && i < rows->count; i++) {
		struct row *row = &rows->items[i];

		if ((!pattern || is_named(row, pattern)) && row->created < before && row->created > since &&
		    filter_holds(filters, "reference", name_fits, row) && filter_holds(filters, "dangling", dangling_fits, row) &&
		    filter_holds_labels(filters, &row->config.labels)) {
			rows->items[kept++] = *row;
		} else {
			row_release(row);
		}
	}
	if (r == 0)
		rows->count = kept;
	return r;
}

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static struct json_object *describe(const struct row *row, bool no_trunc)
{
	struct json_object *o = json_object_new_object();
	char text[NUMBER_TEXT_MAX], fine[NUMBER_TEXT_MAX], since[CLOCK_TEXT_MAX] = "N/A", at[64] = "N/A",
							   ago[CLOCK_TEXT_MAX + 8] = "N/A";

	if (row->created) {
		snprintf(ago, sizeof ago, "%s ago", clock_human(clock_now() - row->created, since));
		clock_go(row->created, at);
	}
	/* what needs all images and containers read is known to `system df -v` */
	add_str(o, "Containers", "N/A");
	add_str(o, "CreatedAt", at);
	add_str(o, "CreatedSince", ago);
	add_str(o, "Digest", row->entry->digest ? row->entry->digest : "<none>");
	json_object_object_add(o, "ID",
			       no_trunc ? json_object_new_string(row->entry->id)
					: json_object_new_string_len(digest_hex(row->entry->id), 12));
	add_str(o, "Repository", row->repository);
	add_str(o, "SharedSize", "N/A");
	add_str(o, "Size", number_size_1000((uint64_t)row->entry->size, text));
	add_str(o, "Tag", row->tag);
	add_str(o, "UniqueSize", "N/A");
	add_str(o, "VirtualSize", number_size_fine((uint64_t)row->entry->size, fine));
	return o;
}

static int print_rows(const struct images_flags *flags, const struct rows *rows)
{
	static const char *const usual[] = { "Repository", "Tag", "ID", "CreatedSince", "Size", NULL };
	static const char *const digests[] = { "Repository", "Tag", "Digest", "ID", "CreatedSince", "Size", NULL };
	static const char *const ids[] = { "ID", NULL };
	struct format_list list = {
		.columns = columns,
		.shown = flags->quiet     ? ids
			 : flags->digests ? digests
					  : usual,
		.no_heading = flags->quiet,
	};
	autojson struct json_object *array = json_object_new_array();
	autofree char *setting = NULL;

	list.format = settings_format(flags->format, flags->quiet, "imagesFormat", &setting);
	for (size_t i = 0; i < rows->count; i++)
		json_object_array_add(array, describe(&rows->items[i], flags->no_trunc));
	return format_print_list(&list, array, stdout);
}

static int images_run(const struct cli *cli, void *data)
{
	const struct images_flags *flags = data;
	autocall(store_free) struct store *s = NULL;
	autocatalog all = { 0 };
	autocall(rows_release) struct rows rows = { 0 };
	int r = store_open(cli->root, &s);

	if (r == 0)
		r = catalog_list(s, &all);
	if (r < 0)
		return fail_while(r, "cannot list images");
	read_rows(s, &all, &rows);
	r = choose_rows(s, &flags->filters, cli->args[0], &rows);
	return r < 0 ? r : print_rows(flags, &rows);
}

const struct command command_images = {
	.name = "images",
	.usage = "[OPTIONS] [REPOSITORY[:TAG]]",
	.summary = "List images",
	.manual = "Lists the images that are here, the newest first. SIZE is what its layers take up unpacked; layers that images\n"
		  "share are counted with each. An image whose tag moved on to a newer one is shown with the tag <none>.\n",
	.options = images_table,
	.options_size = sizeof(struct images_flags),
	.max_args = 1,
	.interspersed = true,
	.run = images_run,
	.complete = "image",
};
