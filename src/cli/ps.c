/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/ps_row.h"
#include "cli/settings.h"

#include <stdio.h>
#include <string.h>

struct ps_flags {
	bool all, latest, no_trunc, quiet, size;
	int64_t last; /* -1: not given */
	const char *format;
	struct strv filters;
};
static const struct ps_flags defaults = { .last = -1 };

static const struct option ps_table[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct ps_flags, all), .help = "Show all containers (default shows just running)" },
	{ 'f', "filter", OPTION_LIST, offsetof(struct ps_flags, filters), "filter",
	  "Filter by id=, name=, label=KEY[=VALUE], status=, exited=CODE, health=, ancestor=IMAGE, before=, since=, volume=, network=, "
	  "publish=, expose=, is-task=",
	  .check = filter_check },
	{ 0, "format", OPTION_STRING, offsetof(struct ps_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 'n', "last", OPTION_INT, offsetof(struct ps_flags, last), "int", "Show n last created containers (includes all states)",
	  .preset = "-1" },
	{ 'l', "latest", OPTION_BOOL, offsetof(struct ps_flags, latest),
	  .help = "Show the latest created container (includes all states)" },
	{ 0, "no-trunc", OPTION_BOOL, offsetof(struct ps_flags, no_trunc), .help = "Don't truncate output" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct ps_flags, quiet), .help = "Only display container IDs" },
	{ 's', "size", OPTION_BOOL, offsetof(struct ps_flags, size), .help = "Display total file sizes" },
	OPTIONS_END,
};

struct rows {
	struct ps_row *items;
	size_t count, size;
};

static void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		ps_row_release(&rows->items[i]);
	free(rows->items);
}

struct listing {
	const struct ps_flags *flags;
	bool running_only;
	struct ps_view view;
	struct rows rows;
	struct format_list format;
};

/* Takes over what @brief owns when the row is wanted. */
static int add_row(struct brief *brief, void *data)
{
	struct listing *l = data;
	struct ps_row row = { .brief = *brief };
	enum container_status status = brief->state.status;

	if (l->running_only && status != STATUS_RUNNING && status != STATUS_PAUSED && status != STATUS_RESTARTING)
		return 0;
	if (!ps_row_fits(&l->view, &row)) {
		endpoints_release(&row.endpoints);
		return 0;
	}
	*brief = (struct brief){ 0 };
	if (l->rows.count == l->rows.size) {
		l->rows.size = l->rows.size ? l->rows.size * 2 : 64;
		l->rows.items = xrealloc(l->rows.items, l->rows.size * sizeof *l->rows.items);
	}
	l->rows.items[l->rows.count++] = row;
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct ps_row *x = a, *y = b;

	return x->brief.created < y->brief.created ? 1 : x->brief.created > y->brief.created ? -1 : 0;
}

/* What costs something is only looked up where it is shown: in a template that has its name, or all members. */
static bool is_wanted(const char *field, const void *data)
{
	const struct listing *l = data;
	const struct format_list *list = &l->format;
	bool whole;

	if (!list->format || !*list->format || strcmp(list->format, "table") == 0) {
		for (const char *const *shown = list->shown; *shown; shown++)
			if (strcmp(*shown, field) == 0)
				return true;
		return false;
	}
	whole = (strcmp(list->format, "json") == 0 || strstr(list->format, "json .")) && strcmp(field, "Label ") != 0;
	return whole || strstr(list->format, field);
}

/* The word json alone does without sizes; a template that has them asks for them, and one that has all. */
static bool asks_sizes(const struct ps_flags *flags, const char *format)
{
	return flags->size || (format && (strstr(format, ".Size") || strstr(format, "json .}") || strstr(format, "json . ")));
}

static int print_rows(struct listing *l)
{
	static const char *const usual[] = { "ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names", NULL };
	static const char *const sized[] = { "ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names", "Size", NULL };
	static const char *const ids[] = { "ID", NULL };
	const struct ps_flags *flags = l->flags;
	autojson struct json_object *array = json_object_new_array();
	autofree char *setting = NULL;

	l->format = (struct format_list){ .format = settings_format(flags->format, flags->quiet, "psFormat", &setting),
					  .columns = ps_columns,
					  .shown = flags->quiet  ? ids
						   : flags->size ? sized
								 : usual,
					  .no_heading = flags->quiet };
	l->view.sized = asks_sizes(flags, l->format.format);
	for (size_t i = 0; i < l->rows.count; i++)
		json_object_array_add(array, ps_row_describe(&l->view, &l->rows.items[i], is_wanted, l));
	return format_print_list(&l->format, array, stdout);
}

static int list(struct listing *l)
{
	int64_t last = l->flags->latest ? 1 : l->flags->last;
	int r = ps_filters_prepare(&l->view);

	if (r < 0)
		return r;
	/* a filter by status or exit code asks for those that do not run, too */
	l->running_only = !l->flags->all && last < 0 && !ps_filters_want_all(&l->flags->filters);
	r = brief_each(l->view.home, l->running_only, add_row, l);
	if (r < 0)
		return r;
	if (l->rows.count > 1)
		qsort(l->rows.items, l->rows.count, sizeof *l->rows.items, newest_first);
	while (last >= 0 && l->rows.count > (size_t)last)
		ps_row_release(&l->rows.items[--l->rows.count]);
	return print_rows(l);
}

static int ps_run(const struct cli *cli, void *data)
{
	const struct ps_flags *flags = data;
	struct listing l = { .flags = flags, .view = { .filters = &flags->filters, .no_trunc = flags->no_trunc } };
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	int r = each_open(cli, &store, &home);

	if (r < 0)
		return fail_while(r, "cannot list containers");
	l.view.home = home;
	r = list(&l);
	rows_release(&l.rows);
	ps_view_release(&l.view);
	return r;
}

const struct command command_ps = {
	.name = "ps",
	.usage = "[OPTIONS]",
	.summary = "List containers",
	.manual =
		"Lists the containers that run, or all of them. Takes no lock: it answers at once, whatever they are doing.\n"
		"\n"
		"Several values of one filter are alternatives, several filters must all hold. name= is a pattern that is found in the\n"
		"name, in which ^ and $ are its ends, . is any character and * any number of the one before. A template may have\n"
		"{{.ID}}, {{.Names}}, {{.Image}}, {{.Command}}, {{.CreatedAt}}, {{.RunningFor}}, {{.Status}}, {{.State}}, {{.Ports}},\n"
		"{{.Size}}, {{.Labels}}, {{.Label \"KEY\"}}, {{.Mounts}}, {{.LocalVolumes}} and {{.Networks}}.\n",
	.options = ps_table,
	.options_size = sizeof(struct ps_flags),
	.defaults = &defaults,
	.max_args = 0,
	.interspersed = true,
	.run = ps_run,
};
