/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/zone.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/moment.h"
#include "container/event_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NS INT64_C(1000000000)

struct events_flags {
	struct strv filters;
	const char *format, *since, *until;
};

static const struct option events_table[] = {
	{ 'f', "filter", OPTION_LIST, offsetof(struct events_flags, filters), "filter",
	  "Filter by type=, event=, container=, image=, label=KEY[=VALUE], network=, volume=, scope=", .check = filter_check },
	{ 0, "format", OPTION_STRING, offsetof(struct events_flags, format), "string",
	  "Format output: 'json', or a Go template such as {{.Action}}" },
	{ 0, "since", OPTION_STRING, offsetof(struct events_flags, since), "string", "Show all events created since timestamp",
	  .check = moment_check },
	{ 0, "until", OPTION_STRING, offsetof(struct events_flags, until), "string", "Stream events until this timestamp",
	  .check = moment_check },
	OPTIONS_END,
};

/* An event as filters look at it. All borrowed from it. */
struct seen {
	const char *type, *action, *id, *name, *image, *scope;
	struct json_object *attributes;
	struct strv labels; /* attributes as KEY=VALUE: where a container's labels are */
};

static const char *text_of(struct json_object *o, const char *key)
{
	const char *text = "";

	return json_get_str(o, "event", key, &text) < 0 ? "" : text;
}

static void look_at(struct json_object *event, struct seen *ret)
{
	struct json_object *actor = json_get(event, "Actor");

	ret->type = text_of(event, "Type");
	ret->action = text_of(event, "Action");
	ret->scope = text_of(event, "scope");
	ret->id = text_of(actor, "ID");
	ret->attributes = json_get(actor, "Attributes");
	ret->name = text_of(ret->attributes, "name");
	ret->image = text_of(ret->attributes, "image");
	if (!ret->attributes || !json_object_is_type(ret->attributes, json_type_object))
		return;
	json_object_object_foreach (ret->attributes, key, value)
		strv_add_format(&ret->labels, "%s=%s", key, json_object_get_string(value));
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* A container's id or name, or the first letters of one; of events of this type alone. */
static bool is_of(const struct seen *s, const char *type, const char *value)
{
	return strcmp(s->type, type) == 0 && (starts(s->id, value) || starts(s->name, value));
}

/* For exec_create and health_status what follows the colon is no part of the name. */
static bool event_fits(const char *value, void *data)
{
	const char *action = ((struct seen *)data)->action;
	size_t len = strlen(value);

	return starts(action, value) && (!action[len] || action[len] == ':');
}

static bool type_fits(const char *value, void *data)
{
	return strcmp(((struct seen *)data)->type, value) == 0;
}

static bool scope_fits(const char *value, void *data)
{
	return strcmp(((struct seen *)data)->scope, value) == 0;
}

static bool container_fits(const char *value, void *data)
{
	return is_of(data, "container", value);
}

static bool volume_fits(const char *value, void *data)
{
	return is_of(data, "volume", value);
}

static bool network_fits(const char *value, void *data)
{
	return is_of(data, "network", value);
}

/* The image itself, or a container of it; a name fits with any tag. */
static bool image_fits(const char *value, void *data)
{
	const struct seen *s = data;
	const char *names[] = { strcmp(s->type, "image") == 0 ? s->id : "", strcmp(s->type, "image") == 0 ? s->name : s->image };
	size_t len = strlen(value);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (starts(names[i], value) && (!names[i][len] || names[i][len] == ':'))
			return true;
	return false;
}

static bool fits(const struct strv *filters, struct json_object *event)
{
	static const struct {
		const char *name;
		bool (*fits)(const char *value, void *data);
	} rows[] = {
		{ "event", event_fits }, { "type", type_fits },     { "scope", scope_fits },     { "container", container_fits },
		{ "image", image_fits }, { "volume", volume_fits }, { "network", network_fits },
	};
	struct seen s = { 0 };
	bool yes;

	look_at(event, &s);
	yes = filter_holds_labels(filters, &s.labels);
	for (size_t i = 0; yes && i < ARRAY_SIZE(rows); i++)
		yes = filter_holds(filters, rows[i].name, rows[i].fits, &s);
	strv_release(&s.labels);
	return yes;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "2026-01-02T03:04:05.000000006+01:00": Docker shows local time. */
static void add_time(struct buf *out, int64_t ns)
{
	char text[CLOCK_TEXT_MAX];

	buf_add_str(out, clock_format_at(ns, zone_offset(ns / NS), text));
}

/* Text of strangers (labels, names): control characters must not reach a terminal. */
static void add_plain(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_add_char(out, (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static void print_line(struct json_object *event)
{
	autobuf line = BUF_INIT;
	struct seen s = { 0 };
	int64_t time = 0;

	look_at(event, &s);
	(void)json_get_i64(event, "event", "timeNano", &time);
	qsort(s.labels.items, s.labels.count, sizeof *s.labels.items, by_text);
	add_time(&line, time);
	buf_add_char(&line, ' ');
	add_plain(&line, s.type);
	buf_add_char(&line, ' ');
	add_plain(&line, s.action);
	buf_add_char(&line, ' ');
	add_plain(&line, s.id);
	for (size_t i = 0; i < s.labels.count; i++) {
		buf_add_str(&line, i ? ", " : " (");
		add_plain(&line, s.labels.items[i]);
	}
	printf("%s%s\n", line.data, s.labels.count ? ")" : "");
	strv_release(&s.labels);
}

/* With the members that Docker's events had before they had an actor: scripts still read them. */
static struct json_object *with_old_members(struct json_object *event)
{
	struct json_object *o = json_object_new_object();
	struct json_object *actor = json_get(event, "Actor");
	const char *type = text_of(event, "Type");
	bool container = strcmp(type, "container") == 0;

	if (container || strcmp(type, "image") == 0) {
		json_object_object_add(o, "status", json_object_get(json_get(event, "Action")));
		json_object_object_add(o, "id", json_object_get(json_get(actor, "ID")));
	}
	if (container)
		json_object_object_add(o, "from", json_object_get(json_get(json_get(actor, "Attributes"), "image")));
	json_object_object_foreach (event, key, value)
		json_object_object_add(o, key, json_object_get(value));
	return o;
}

static int emit(void *data, struct json_object *event)
{
	const struct events_flags *flags = data;
	autojson struct json_object *whole = NULL;
	int r = 0;

	if (!fits(&flags->filters, event))
		return 0;
	if (flags->format && *flags->format) {
		whole = with_old_members(event);
		r = format_print_value(flags->format, whole, stdout);
	} else {
		print_line(event);
	}
	/* each at once, for who waits for it; and who reads no more ends it */
	return r < 0 ? r : fflush(stdout) == 0 ? 0 : -EPIPE;
}

static int events_run(const struct cli *cli, void *data)
{
	static const char *const known[] = { "container", "event", "image", "label", "network", "scope", "type", "volume", NULL };
	struct events_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	struct event_read how = { .emit = emit, .data = flags };
	int r = filter_names(&flags->filters, known);

	if (r == 0 && flags->since)
		r = moment_parse(flags->since, &how.since);
	if (r == 0 && flags->until)
		r = moment_parse(flags->until, &how.until);
	if (r < 0)
		return r;
	if (flags->since && how.since <= 0)
		how.since = 1; /* 1970 is from the first on, and not from now on */
	r = each_open(cli, &store, &home);
	if (r == 0)
		r = event_read(home, &how);
	return r < 0 && r != -EPIPE ? fail_while(r, "cannot show events") : 0;
}

const struct command command_events = {
	.name = "events",
	.usage = "[OPTIONS]",
	.summary = "Get real time events",
	.manual =
		"Shows what happens to containers, images, networks and volumes, from now on and until it is interrupted. With --since\n"
		"or --until also what happened before, as far as it is known: the last megabyte or two of it, since the machine\n"
		"started.\n"
		"\n"
		"There is no daemon that could be asked. Each command and each monitor writes down what it did in the file events\n"
		"below --runroot, one JSON object a line; this command reads it.\n",
	.options = events_table,
	.options_size = sizeof(struct events_flags),
	.max_args = 0,
	.interspersed = true,
	.run = events_run,
};
