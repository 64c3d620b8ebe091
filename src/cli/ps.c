/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "container/status.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ID_SHORT      12
#define COMMAND_SHORT 20

struct ps_flags {
	bool all, latest, no_trunc, quiet;
	int64_t last; /* -1: not given */
	const char *format;
	struct strv filters;
};
static const struct ps_flags defaults = { .last = -1 };

static const struct option ps_table[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct ps_flags, all), .help = "Show all containers (default shows just running)" },
	{ 'f', "filter", OPTION_LIST, offsetof(struct ps_flags, filters), "filter",
	  "Filter by id=, name=, status=, exited=CODE, label=KEY[=VALUE], ancestor=IMAGE", .check = filter_check },
	{ 0, "format", OPTION_STRING, offsetof(struct ps_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 'n', "last", OPTION_INT, offsetof(struct ps_flags, last), "int", "Show n last created containers (includes all states)",
	  .preset = "-1" },
	{ 'l', "latest", OPTION_BOOL, offsetof(struct ps_flags, latest),
	  .help = "Show the latest created container (includes all states)" },
	{ 0, "no-trunc", OPTION_BOOL, offsetof(struct ps_flags, no_trunc), .help = "Don't truncate output" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct ps_flags, quiet), .help = "Only display container IDs" },
	{ 's', "size", OPTION_BOOL, 0, .help = "Display total file sizes", .later = true },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "ID", "CONTAINER ID" },      { "Image", "IMAGE" },   { "Command", "COMMAND" }, { "RunningFor", "CREATED" },
	{ "CreatedAt", "CREATED AT" }, { "Status", "STATUS" }, { "State", "STATE" },     { "Ports", "PORTS" },
	{ "Names", "NAMES" },          { "Labels", "LABELS" }, { NULL, NULL },
};

struct row {
	struct record record;
	struct state state;
};

struct rows {
	struct row *items;
	size_t count;
};

static void row_release(struct row *row)
{
	record_release(&row->record);
	state_release(&row->state);
}

static void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		row_release(&rows->items[i]);
	free(rows->items);
}

struct listing {
	const struct home *home;
	const struct ps_flags *flags;
	bool running_only;
	struct rows rows;
};

static bool name_fits(const char *value, void *data)
{
	return strstr(((struct row *)data)->record.name, value);
}

static bool id_fits(const char *value, void *data)
{
	return strncmp(((struct row *)data)->record.id, value, strlen(value)) == 0;
}

static bool status_fits(const char *value, void *data)
{
	return strcmp(state_name(((struct row *)data)->state.status), value) == 0;
}

static bool exited_fits(const char *value, void *data)
{
	const struct row *row = data;

	return row->state.status == STATUS_EXITED && row->state.exit_code == atoi(value);
}

static bool ancestor_fits(const char *value, void *data)
{
	const struct row *row = data;
	size_t len = strlen(value);

	return strcmp(row->record.image, value) == 0 || strncmp(row->record.image_id, value, len) == 0 ||
	       (strncmp(row->record.image, value, len) == 0 && row->record.image[len] == ':');
}

static bool fits(const struct listing *l, struct row *row)
{
	const struct strv *f = &l->flags->filters;

	if (l->running_only && row->state.status != STATUS_RUNNING && row->state.status != STATUS_PAUSED)
		return false;
	return filter_holds(f, "id", id_fits, row) && filter_holds(f, "name", name_fits, row) &&
	       filter_holds(f, "status", status_fits, row) && filter_holds(f, "exited", exited_fits, row) &&
	       filter_holds(f, "ancestor", ancestor_fits, row) && filter_holds_labels(f, &row->record.labels);
}

/* Takes over what @record and @state own when the row is wanted. */
static int add_row(struct record *record, struct state *state, void *data)
{
	struct listing *l = data;
	struct row row = { .record = *record, .state = *state };

	if (!fits(l, &row))
		return 0;
	*record = (struct record){ 0 };
	*state = (struct state){ 0 };
	l->rows.items = xrealloc(l->rows.items, (l->rows.count + 1) * sizeof *l->rows.items);
	l->rows.items[l->rows.count++] = row;
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->record.created < y->record.created ? 1 : x->record.created > y->record.created ? -1 : 0;
}

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

/* "sh -c 'echo…", in quotes, cut as Docker does. */
static char *command_text(const struct record *r, bool whole)
{
	autobuf text = BUF_INIT;

	buf_add_str(&text, r->path);
	for (size_t i = 0; i < r->args.count; i++)
		buf_add_format(&text, " %s", r->args.items[i]);
	if (!whole && text.len > COMMAND_SHORT) {
		size_t len = COMMAND_SHORT - 1;

		while (len > 0 && (text.data[len] & 0xc0) == 0x80) /* not in the middle of a character */
			len--;
		buf_truncate(&text, len);
		buf_add_str(&text, "…");
	}
	return xasprintf("\"%s\"", text.data);
}

static struct json_object *describe(const struct row *row, bool whole)
{
	struct json_object *o = json_object_new_object();
	autofree char *command = command_text(&row->record, whole), *labels = strv_join(&row->record.labels, ",");
	char status[STATUS_TEXT_MAX], since[CLOCK_TEXT_MAX], ago[CLOCK_TEXT_MAX + 8], at[64];
	time_t seconds = (time_t)(row->record.created / 1000000000);
	struct tm tm;

	snprintf(ago, sizeof ago, "%s ago", clock_human(clock_now() - row->record.created, since));
	strftime(at, sizeof at, "%Y-%m-%d %H:%M:%S +0000 UTC", gmtime_r(&seconds, &tm));
	json_object_object_add(o, "ID", json_object_new_string_len(row->record.id, whole ? 64 : ID_SHORT));
	add_str(o, "Image", row->record.image);
	add_str(o, "Command", command);
	add_str(o, "RunningFor", ago);
	add_str(o, "CreatedAt", at);
	add_str(o, "Status", status_text(&row->state, status));
	add_str(o, "State", state_name(row->state.status));
	add_str(o, "Ports", "");
	add_str(o, "Names", row->record.name);
	add_str(o, "Labels", labels);
	return o;
}

static int print_rows(const struct ps_flags *flags, const struct rows *rows)
{
	static const char *const usual[] = { "ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names", NULL };
	static const char *const ids[] = { "ID", NULL };
	struct format_list list = {
		.format = flags->format, .columns = columns, .shown = flags->quiet ? ids : usual, .no_heading = flags->quiet
	};
	autojson struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < rows->count; i++)
		json_object_array_add(array, describe(&rows->items[i], flags->no_trunc));
	return format_print_list(&list, array, stdout);
}

static int ps_run(const struct cli *cli, void *data)
{
	static const char *const known[] = { "ancestor", "exited", "id", "label", "name", "status", NULL };
	const struct ps_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	int64_t last = flags->latest ? 1 : flags->last;
	struct listing l = { .flags = flags };
	int r = filter_names(&flags->filters, known);

	if (r < 0)
		return r;
	r = each_open(cli, &store, &home);
	if (r < 0)
		return fail_while(r, "cannot list containers");
	l.home = home;
	/* a filter by status or exit code asks for those that do not run, too */
	l.running_only = !flags->all && last < 0;
	for (size_t i = 0; i < flags->filters.count; i++)
		if (strncmp(flags->filters.items[i], "status=", 7) == 0 || strncmp(flags->filters.items[i], "exited=", 7) == 0)
			l.running_only = false;
	r = status_each(home, l.running_only, add_row, &l);
	qsort(l.rows.items, l.rows.count, sizeof *l.rows.items, newest_first);
	while (last >= 0 && l.rows.count > (size_t)last)
		row_release(&l.rows.items[--l.rows.count]);
	if (r == 0)
		r = print_rows(flags, &l.rows);
	rows_release(&l.rows);
	return r;
}

const struct command command_ps = {
	.name = "ps",
	.usage = "[OPTIONS]",
	.summary = "List containers",
	.manual = "Lists the containers that run, or all of them. Takes no lock: it answers at once, whatever they are doing.\n",
	.options = ps_table,
	.options_size = sizeof(struct ps_flags),
	.defaults = &defaults,
	.max_args = 0,
	.interspersed = true,
	.run = ps_run,
};
