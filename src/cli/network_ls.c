/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/settings.h"
#include "network/create.h"
#include "network/endpoint.h"

#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

struct ls_flags {
	bool quiet, no_trunc;
	const char *format;
	struct strv filters;
};

static const struct option ls_table[] = {
	{ 'f', "filter", OPTION_LIST, offsetof(struct ls_flags, filters), "filter",
	  "Filter by dangling=BOOL, driver=NAME, id=PART, label=KEY[=VALUE], name=PART, scope=NAME, type=builtin|custom",
	  .check = filter_check },
	{ 0, "format", OPTION_STRING, offsetof(struct ls_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 0, "no-trunc", OPTION_BOOL, offsetof(struct ls_flags, no_trunc), .help = "Do not truncate the output" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct ls_flags, quiet), .help = "Only display network IDs" },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "ID", "NETWORK ID" },
	{ "Name", "NAME" },
	{ "Driver", "DRIVER" },
	{ "Scope", "SCOPE" },
	{ "IPv4", "IPV4" },
	{ "IPv6", "IPV6" },
	{ "Internal", "INTERNAL" },
	{ "Labels", "LABELS" },
	{ "CreatedAt", "CREATED AT" },
	{ NULL, NULL },
};

struct listing {
	struct network_home home;
	const struct ls_flags *flags;
	const char *format;
	struct json_object *rows;
};

/* One network under consideration. */
struct candidate {
	const struct network_home *home;
	const struct network *network;
};

static bool name_fits(const char *value, void *data)
{
	return filter_pattern(value, ((struct candidate *)data)->network->name);
}

static bool id_fits(const char *value, void *data)
{
	return filter_pattern(value, ((struct candidate *)data)->network->id);
}

static bool driver_fits(const char *value, void *data)
{
	return !strcmp(network_driver_name(((struct candidate *)data)->network->driver), value);
}

static bool scope_fits(const char *value, void *data)
{
	(void)data;
	return !strcmp(value, "local");
}

static bool type_fits(const char *value, void *data)
{
	return !strcmp(value, network_is_predefined(((struct candidate *)data)->network->name) ? "builtin" : "custom");
}

static int see_endpoint(const struct endpoint *e, void *data)
{
	(void)e;
	(void)data;
	return 1;
}

static bool dangling_fits(const char *value, void *data)
{
	const struct candidate *c = data;
	bool yes = !strcmp(value, "true") || !strcmp(value, "1");
	bool dangling = !network_is_predefined(c->network->name) && !c->network->config_only &&
			endpoint_each(c->home, c->network->name, see_endpoint, NULL) == 0;

	return dangling == yes;
}

static bool is_wanted(const struct listing *l, const struct network *n)
{
	struct candidate c = { &l->home, n };
	const struct strv *f = &l->flags->filters;

	return filter_holds(f, "name", name_fits, &c) && filter_holds(f, "id", id_fits, &c) &&
	       filter_holds(f, "driver", driver_fits, &c) && filter_holds(f, "scope", scope_fits, &c) &&
	       filter_holds(f, "type", type_fits, &c) && filter_holds(f, "dangling", dangling_fits, &c) &&
	       filter_holds_labels(f, &n->labels);
}

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static int add_row(const struct network *n, void *data)
{
	struct listing *l = data;
	autofree char *labels = strv_join(&n->labels, ",");
	char created[CLOCK_TEXT_MAX];
	struct json_object *o;

	if (!is_wanted(l, n))
		return 0;
	o = json_object_new_object();
	add_str(o, "CreatedAt", clock_go_fine(n->created, created));
	add_str(o, "Driver", network_driver_name(n->driver));
	json_object_object_add(o, "ID", json_object_new_string_len(n->id, l->flags->no_trunc ? NETWORK_ID_MAX - 1 : 12));
	add_str(o, "IPv4",
		network_has(n, NETWORK_IPV4) || n->driver == NETWORK_HOST || n->driver == NETWORK_NULL ? "true" : "false");
	add_str(o, "IPv6", network_has(n, NETWORK_IPV6) ? "true" : "false");
	add_str(o, "Internal", n->internal ? "true" : "false");
	add_str(o, "Labels", labels);
	add_str(o, "Name", n->name);
	add_str(o, "Scope", "local");
	if (format_asks_labels(l->format))
		format_add_labels(o, &n->labels);
	json_object_array_add(l->rows, o);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;

	return strcmp(json_object_get_string(json_get(*x, "Name")), json_object_get_string(json_get(*y, "Name")));
}

static int ls_run(const struct cli *cli, void *data)
{
	static const char *const known[] = { "dangling", "driver", "id", "label", "name", "scope", "type", NULL };
	static const char *const usual[] = { "ID", "Name", "Driver", "Scope", NULL }, *const ids[] = { "ID", NULL };
	static const char *const types[] = { "builtin", "custom", NULL };
	const struct ls_flags *flags = data;
	autojson struct json_object *rows = json_object_new_array();
	struct listing l = { .home = { cli->root, cli->runroot }, .flags = flags, .rows = rows };
	struct format_list list = { .columns = columns, .shown = flags->quiet ? ids : usual, .no_heading = flags->quiet };
	autofree char *setting = NULL;
	int r = filter_names(&flags->filters, known);

	l.format = list.format = settings_format(flags->format, flags->quiet, "networksFormat", &setting);
	if (r == 0)
		r = filter_values(&flags->filters, "dangling", filter_truths);
	if (r == 0)
		r = filter_values(&flags->filters, "type", types);
	if (r == 0)
		r = create_predefined(&l.home);
	if (r == 0)
		r = network_each(&l.home, add_row, &l);
	if (r < 0)
		return fail_while(r, "cannot list networks");
	json_object_array_sort(rows, by_name);
	return format_print_list(&list, rows, stdout);
}

const struct command command_network_ls = {
	.name = "network ls",
	.usage = "[OPTIONS]",
	.summary = "List networks",
	.manual = "Lists the networks that there are.\n",
	.options = ls_table,
	.options_size = sizeof(struct ls_flags),
	.run = ls_run,
};
