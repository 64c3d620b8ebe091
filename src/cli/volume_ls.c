/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/settings.h"
#include "container/volume.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

struct ls_flags {
	bool quiet;
	const char *format;
	struct strv filters;
};

static const struct option ls_table[] = {
	{ 0, "cluster", OPTION_BOOL, .help = "Display only cluster volumes", .hidden = true,
	  .never = "hoy is no part of a swarm, and has no cluster volumes" },
	{ 'f', "filter", OPTION_LIST, offsetof(struct ls_flags, filters), "filter",
	  "Filter by dangling=BOOL, driver=NAME, label=KEY[=VALUE], name=PART", .check = filter_check },
	{ 0, "format", OPTION_STRING, offsetof(struct ls_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct ls_flags, quiet), .help = "Only display volume names" },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "Driver", "DRIVER" }, { "Name", "VOLUME NAME" }, { "Scope", "SCOPE" }, { "Mountpoint", "MOUNTPOINT" },
	{ "Labels", "LABELS" }, { "Links", "LINKS" },      { "Size", "SIZE" },   { "Availability", "AVAILABILITY" },
	{ "Group", "GROUP" },   { "Status", "STATUS" },    { NULL, NULL },
};

struct listing {
	const struct store *store;
	const struct ls_flags *flags;
	const char *format;
	struct json_object *rows;
};

/* One volume under consideration. */
struct candidate {
	const struct store *store;
	const struct volume *volume;
};

static bool name_fits(const char *value, void *data)
{
	return filter_pattern(value, ((struct candidate *)data)->volume->name);
}

static bool driver_fits(const char *value, void *data)
{
	(void)data;
	return !strcmp(value, VOLUME_DRIVER);
}

static bool dangling_fits(const char *value, void *data)
{
	const struct candidate *c = data;
	bool yes = !strcmp(value, "true") || !strcmp(value, "1");
	autostrv users = { 0 };

	return volume_users(c->store, c->volume->name, &users) == 0 && (users.count == 0) == yes;
}

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static int add_row(const struct volume *v, void *data)
{
	struct listing *l = data;
	struct candidate c = { l->store, v };
	autofree char *mountpoint = volume_mountpoint(l->store, v->name), *labels = strv_join(&v->labels, ",");
	struct json_object *o;

	if (!filter_holds(&l->flags->filters, "name", name_fits, &c) ||
	    !filter_holds(&l->flags->filters, "driver", driver_fits, &c) ||
	    !filter_holds(&l->flags->filters, "dangling", dangling_fits, &c) ||
	    !filter_holds_labels(&l->flags->filters, &v->labels))
		return 0;
	o = json_object_new_object();
	add_str(o, "Availability", "N/A");
	add_str(o, "Driver", VOLUME_DRIVER);
	add_str(o, "Group", "N/A");
	add_str(o, "Labels", labels);
	/* what needs all of it read is known to `system df -v` */
	add_str(o, "Links", "N/A");
	add_str(o, "Mountpoint", mountpoint);
	add_str(o, "Name", v->name);
	add_str(o, "Scope", "local");
	add_str(o, "Size", "N/A");
	add_str(o, "Status", "N/A");
	if (format_asks_labels(l->format))
		format_add_labels(o, &v->labels);
	json_object_array_add(l->rows, o);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;

	return strcmp(json_object_get_string(json_get(*x, "Name")), json_object_get_string(json_get(*y, "Name")));
}

static int print(const struct listing *l)
{
	static const char *const usual[] = { "Driver", "Name", NULL }, *const names[] = { "Name", NULL };
	struct format_list list = {
		.format = l->format,
		.columns = columns,
		.shown = l->flags->quiet ? names : usual,
		.no_heading = l->flags->quiet,
	};

	json_object_array_sort(l->rows, by_name);
	return format_print_list(&list, l->rows, stdout);
}

static int ls_run(const struct cli *cli, void *data)
{
	static const char *const known[] = { "dangling", "driver", "label", "name", NULL };
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	autojson struct json_object *rows = json_object_new_array();
	struct listing l = { .flags = data, .rows = rows };
	autofree char *setting = NULL;
	int r = filter_names(&l.flags->filters, known);

	if (r == 0)
		r = filter_values(&l.flags->filters, "dangling", filter_truths);
	if (r < 0)
		return r;
	r = each_open(cli, &s, &home);
	l.store = s;
	l.format = settings_format(l.flags->format, l.flags->quiet, "volumesFormat", &setting);
	if (r == 0)
		r = volume_each(s, add_row, &l);
	return r < 0 ? fail_while(r, "cannot list volumes") : print(&l);
}

const struct command command_volume_ls = {
	.name = "volume ls",
	.usage = "[OPTIONS]",
	.summary = "List volumes",
	.manual = "Lists the volumes by name.\n",
	.options = ls_table,
	.options_size = sizeof(struct ls_flags),
	.interspersed = true,
	.run = ls_run,
};
