/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/format.h"
#include "cli/settings.h"
#include "container/handle.h"
#include "container/status.h"
#include "container/usage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ID_SHORT   12
#define FIRST_NS   500000000  /* between the two looks that a first percentage needs */
#define BETWEEN_NS 1000000000 /* one second, as Docker's */

struct stats_flags {
	bool all, no_stream, no_trunc;
	const char *format;
};

static const struct option stats_table[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct stats_flags, all), .help = "Show all containers (default shows just running)" },
	{ 0, "format", OPTION_STRING, offsetof(struct stats_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 0, "no-stream", OPTION_BOOL, offsetof(struct stats_flags, no_stream),
	  .help = "Disable streaming stats and only pull the first result" },
	{ 0, "no-trunc", OPTION_BOOL, offsetof(struct stats_flags, no_trunc), .help = "Do not truncate output" },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "Container", "CONTAINER" },
	{ "ID", "CONTAINER ID" },
	{ "Name", "NAME" },
	{ "CPUPerc", "CPU %" },
	{ "MemUsage", "MEM USAGE / LIMIT" },
	{ "MemPerc", "MEM %" },
	{ "NetIO", "NET I/O" },
	{ "BlockIO", "BLOCK I/O" },
	{ "PIDs", "PIDS" },
	{ NULL, NULL },
};

struct row {
	char *id, *name, *typed;
	bool runs;
	struct usage usage;
	double cpu; /* percent of one processor since the look before */
};

struct rows {
	struct row *items;
	size_t count;
};

static void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->items[i].id);
		free(rows->items[i].name);
		free(rows->items[i].typed);
	}
	free(rows->items);
	*rows = (struct rows){ 0 };
}

struct stats {
	const struct cli *cli;
	const struct home *home;
	const struct stats_flags *flags;
	const char *format;
	struct rows now, before;
};

static const struct row *row_of(const struct rows *rows, const char *id)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->items[i].id, id) == 0)
			return &rows->items[i];
	return NULL;
}

static void add_row(struct stats *s, const struct record *record, const struct state *state, const char *typed)
{
	const struct row *before = row_of(&s->before, record->id);
	struct row row = { .runs = usage_read(record, state, &row.usage) == 0 };

	error_clear();
	row.id = xstrdup(record->id);
	row.name = xstrdup(record->name);
	row.typed = xstrdup(typed ? typed : record->id);
	if (row.runs && before && before->runs && row.usage.when > before->usage.when && row.usage.cpu > before->usage.cpu)
		row.cpu = (double)(row.usage.cpu - before->usage.cpu) * 100 / (double)(row.usage.when - before->usage.when);
	s->now.items = xrealloc(s->now.items, (s->now.count + 1) * sizeof *s->now.items);
	s->now.items[s->now.count++] = row;
}

static int visit(struct record *record, struct state *state, void *data)
{
	struct stats *s = data;

	if (s->flags->all || state->status == STATUS_RUNNING || state->status == STATUS_PAUSED)
		add_row(s, record, state, NULL);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/* Those that were named, which must be there when it begins; or all of them. */
static int look(struct stats *s, bool first)
{
	int r = 0;

	rows_release(&s->before);
	s->before = s->now;
	s->now = (struct rows){ 0 };
	for (size_t i = 0; r == 0 && i < s->cli->arg_count; i++) {
		autocall(handle_release) struct handle h = HANDLE_NONE;

		r = handle_open(s->home, s->cli->args[i], &h);
		if (r == 0)
			add_row(s, &h.record, &h.state, s->cli->args[i]);
		else if (first)
			return fail_while(r, "cannot show what %s uses", s->cli->args[i]);
		r = 0;
	}
	if (s->cli->arg_count == 0)
		r = status_each(s->home, !s->flags->all, visit, s);
	if (s->cli->arg_count == 0 && s->now.count > 1)
		qsort(s->now.items, s->now.count, sizeof *s->now.items, by_name);
	return r < 0 ? fail_while(r, "cannot show what containers use") : 0;
}

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

typedef const char *unit_fn(uint64_t bytes, char text[NUMBER_TEXT_MAX]);

static void add_pair(struct json_object *o, const char *key, unit_fn *unit, uint64_t a, uint64_t b)
{
	char first[NUMBER_TEXT_MAX], second[NUMBER_TEXT_MAX], text[2 * NUMBER_TEXT_MAX + 4];

	snprintf(text, sizeof text, "%s / %s", unit(a, first), unit(b, second));
	add_str(o, key, text);
}

static void add_percent(struct json_object *o, const char *key, double percent)
{
	char text[32];

	snprintf(text, sizeof text, "%.2f%%", percent);
	add_str(o, key, text);
}

static struct json_object *describe(const struct row *row, bool whole)
{
	struct json_object *o = json_object_new_object();
	const struct usage *u = &row->usage;
	bool by_id = strcmp(row->typed, row->id) == 0;
	char pids[24];

	snprintf(pids, sizeof pids, "%llu", (unsigned long long)(row->runs ? u->pids : 0));
	add_pair(o, "BlockIO", number_size_1000, row->runs ? u->read : 0, row->runs ? u->written : 0);
	add_percent(o, "CPUPerc", row->cpu);
	json_object_object_add(o, "Container",
			       json_object_new_string_len(row->typed, by_id && !whole ? ID_SHORT : (int)strlen(row->typed)));
	json_object_object_add(o, "ID", json_object_new_string_len(row->id, whole ? 64 : ID_SHORT));
	add_percent(o, "MemPerc", row->runs && u->limit ? (double)u->memory * 100 / (double)u->limit : 0);
	add_pair(o, "MemUsage", number_size_1024, row->runs ? u->memory : 0, row->runs ? u->limit : 0);
	add_str(o, "Name", row->name);
	add_pair(o, "NetIO", number_size_1000, row->runs ? u->received : 0, row->runs ? u->sent : 0);
	add_str(o, "PIDs", pids);
	return o;
}

/*
 * In place: each line is written over the one before and its rest cleared, and then what is below, so that nothing flickers.
 */
static void print_in_place(const char *text, bool first)
{
	fputs(first ? "\033[2J\033[H" : "\033[H", stdout);
	while (*text) {
		size_t n = strcspn(text, "\n");

		fwrite(text, 1, n, stdout);
		fputs("\033[K\n", stdout);
		text += n + (text[n] == '\n');
	}
	fputs("\033[J", stdout);
}

static int print(const struct stats *s, bool in_place, bool first)
{
	static const char *const usual[] = { "ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs", NULL };
	struct format_list list = { .format = s->format, .columns = columns, .shown = usual };
	autojson struct json_object *array = json_object_new_array();
	autobuf out = BUF_INIT;
	int r;

	for (size_t i = 0; i < s->now.count; i++)
		json_object_array_add(array, describe(&s->now.items[i], s->flags->no_trunc));
	r = format_add_list(&list, array, &out);
	if (r == 0 && in_place)
		print_in_place(out.data, first);
	else if (r == 0)
		fwrite(out.data, 1, out.len, stdout);
	return r;
}

static void wait_ns(long ns)
{
	struct timespec left = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR) {
	}
}

/* A percentage of time needs two looks. */
static int watch(struct stats *s)
{
	bool live = !s->flags->no_stream && isatty(STDOUT_FILENO);
	int r = look(s, true);

	if (r == 0 && s->now.count > 0)
		wait_ns(FIRST_NS);
	for (bool first = true; r == 0; first = false) {
		r = look(s, false);
		if (r == 0)
			r = print(s, live, first);
		if (r < 0 || s->flags->no_stream || (s->cli->arg_count > 0 && s->now.count == 0))
			break;
		if (fflush(stdout) != 0)
			return 0; /* nobody reads any more */
		wait_ns(BETWEEN_NS);
	}
	return r;
}

static int stats_run(const struct cli *cli, void *data)
{
	struct stats s = { .cli = cli, .flags = data };
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autofree char *setting = NULL;
	int r = each_open(cli, &store, &home);

	s.format = settings_format(s.flags->format, false, "statsFormat", &setting);
	s.home = home;
	if (r == 0)
		r = watch(&s);
	rows_release(&s.now);
	rows_release(&s.before);
	return r;
}

const struct command command_stats = {
	.name = "stats",
	.usage = "[OPTIONS] [CONTAINER...]",
	.summary = "Display a live stream of container(s) resource usage statistics",
	.manual =
		"Shows once a second what containers use: in place on a terminal, one table after the other elsewhere. CPU % is of one\n"
		"processor: 200% keeps two of them busy. MEM USAGE is without the page cache that the kernel can give back at once, and\n"
		"the limit of a container that has none is the machine's memory. A container in the host's network has no traffic of\n"
		"its own.\n",
	.options = stats_table,
	.options_size = sizeof(struct stats_flags),
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = stats_run,
	.complete = "container",
};
