/* SPDX-License-Identifier: Apache-2.0 */
#include "image/search.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DESCRIPTION_SHORT 45

struct search_flags {
	bool no_trunc;
	int64_t limit;
	const char *format;
	struct strv filters;
};
static const struct search_flags defaults = { .limit = 25 };

static const struct option search_table[] = {
	{ 'f', "filter", OPTION_LIST, offsetof(struct search_flags, filters), "filter",
	  "Filter by is-automated=BOOL, is-official=BOOL, stars=NUMBER", .check = filter_check },
	{ 0, "format", OPTION_STRING, offsetof(struct search_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 0, "limit", OPTION_INT, offsetof(struct search_flags, limit), "int", "Max number of search results", .preset = "25" },
	{ 0, "no-trunc", OPTION_BOOL, offsetof(struct search_flags, no_trunc), .help = "Don't truncate output" },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "Name", "NAME" },           { "Description", "DESCRIPTION" }, { "StarCount", "STARS" },
	{ "IsOfficial", "OFFICIAL" }, { "IsAutomated", "AUTOMATED" },   { NULL, NULL },
};

static bool truth(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

static bool official_fits(const char *value, void *data)
{
	return ((struct search_result *)data)->official == truth(value);
}

static bool automated_fits(const char *value, void *data)
{
	return ((struct search_result *)data)->automated == truth(value);
}

static bool stars_fit(const char *value, void *data)
{
	int64_t least = 0;

	return number_i64(value, &least) == 0 && ((struct search_result *)data)->stars >= least;
}

static int check_filters(const struct strv *filters)
{
	static const char *const known[] = { "is-automated", "is-official", "stars", NULL };
	int r = filter_names(filters, known);
	int64_t stars;

	if (r == 0)
		r = filter_values(filters, "is-automated", filter_truths);
	if (r == 0)
		r = filter_values(filters, "is-official", filter_truths);
	for (size_t i = 0; r == 0 && i < filters->count; i++)
		if (strncmp(filters->items[i], "stars=", 6) == 0 && number_i64(filters->items[i] + 6, &stars) < 0)
			r = fail(-EINVAL, "invalid filter '%s'", filters->items[i]);
	return r;
}

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static struct json_object *describe(const struct search_result *one, bool whole)
{
	struct json_object *o = json_object_new_object();
	autobuf description = BUF_INIT;
	char stars[24];

	table_cut(&description, one->description, DESCRIPTION_SHORT, whole);
	for (char *p = description.data; p && *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	snprintf(stars, sizeof stars, "%" PRId64, one->stars);
	add_str(o, "Description", description.data ? description.data : "");
	add_str(o, "IsAutomated", one->automated ? "true" : "false");
	add_str(o, "IsOfficial", one->official ? "true" : "false");
	add_str(o, "Name", one->name);
	add_str(o, "StarCount", stars);
	return o;
}

static int search_run(const struct cli *cli, void *data)
{
	static const char *const shown[] = { "Name", "Description", "StarCount", "IsOfficial", NULL };
	const struct search_flags *flags = data;
	struct format_list list = { .format = flags->format, .columns = columns, .shown = shown };
	autocall(search_results_release) struct search_results found = { 0 };
	autojson struct json_object *rows = json_object_new_array();
	bool table = !flags->format || strncmp(flags->format, "table", 5) == 0;
	int r = check_filters(&flags->filters);

	if (r == 0 && (flags->limit < 1 || flags->limit > SEARCH_MAX))
		r = fail(-EINVAL, "limit %" PRId64 " is outside the range of [1, %d]", flags->limit, SEARCH_MAX);
	if (r == 0)
		r = image_search(cli->args[0], (size_t)flags->limit, &found);
	if (r < 0)
		return fail_while(r, "cannot search %s", cli->args[0]);
	for (size_t i = 0; i < found.count; i++) {
		struct search_result *one = &found.items[i];
		struct json_object *o;

		if (!filter_holds(&flags->filters, "is-official", official_fits, one) ||
		    !filter_holds(&flags->filters, "is-automated", automated_fits, one) ||
		    !filter_holds(&flags->filters, "stars", stars_fit, one))
			continue;
		o = describe(one, flags->no_trunc);
		/* for people: [OK] or nothing */
		if (table) {
			add_str(o, "IsOfficial", one->official ? "[OK]" : "");
			add_str(o, "IsAutomated", one->automated ? "[OK]" : "");
		}
		json_object_array_add(rows, o);
	}
	return format_print_list(&list, rows, stdout);
}

const struct command command_search = {
	.name = "search",
	.usage = "[OPTIONS] TERM",
	.summary = "Search a registry for images",
	.manual =
		"Lists repositories whose name or description has TERM: of Docker's registry, or with HOST[:PORT]/TERM of another one. A\n"
		"registry that cannot search is asked for its catalog, and names that have TERM are shown.\n",
	.options = search_table,
	.options_size = sizeof(struct search_flags),
	.defaults = &defaults,
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = search_run,
};
