/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/format.h"
#include "image/digest.h"
#include "image/image.h"
#include "image/layer.h"
#include "image/platform.h"

#include <errno.h>
#include <string.h>

#define CREATED_BY_MAX 45 /* characters, as Docker's table */

struct history_flags {
	bool human, no_trunc, quiet;
	const char *format, *platform;
};

static const struct option history_table[] = {
	{ 0, "format", OPTION_STRING, offsetof(struct history_flags, format), "string",
	  "Format output: 'table', 'table TEMPLATE', 'json', or a Go template" },
	{ 'H', "human", OPTION_BOOL, offsetof(struct history_flags, human),
	  .help = "Print sizes and dates in human readable format", .preset = "true" },
	{ 0, "no-trunc", OPTION_BOOL, offsetof(struct history_flags, no_trunc), .help = "Don't truncate output" },
	{ 0, "platform", OPTION_STRING, offsetof(struct history_flags, platform), "string",
	  "Show the history of an image for this platform (linux/arm64)", .check = check_platform },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct history_flags, quiet), .help = "Only show image IDs" },
	OPTIONS_END,
};

static const struct format_column columns[] = {
	{ "ID", "IMAGE" },
	{ "CreatedSince", "CREATED" },
	{ "CreatedAt", "CREATED AT" },
	{ "CreatedBy", "CREATED BY" },
	{ "Size", "SIZE" },
	{ "Comment", "COMMENT" },
	{ NULL, NULL },
};

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

/* A command is shown on one line: its tabs become spaces, and its end is cut at a whole character. */
static void add_created_by(struct json_object *o, const char *text, bool whole)
{
	autofree char *line = xstrdup(text ? text : "");
	size_t at = 0;
	int characters = 0;

	for (char *c = line; (c = strchr(c, '\t'));)
		*c = ' ';
	for (; line[at] && characters < CREATED_BY_MAX; characters++)
		do
			at++;
		while (((unsigned char)line[at] & 0xc0) == 0x80);
	if (!whole && line[at]) {
		/* room for the three dots of the one character that says so */
		autofree char *cut = NULL;

		do
			at--;
		while (((unsigned char)line[at] & 0xc0) == 0x80);
		cut = xasprintf("%.*s…", (int)at, line);
		add_str(o, "CreatedBy", cut);
		return;
	}
	add_str(o, "CreatedBy", line);
}

static struct json_object *describe(const struct history_flags *flags, const struct imageconfig_history *h, const char *id,
				    int64_t size)
{
	struct json_object *o = json_object_new_object();
	char text[NUMBER_TEXT_MAX], since[CLOCK_TEXT_MAX], at[CLOCK_TEXT_MAX] = "N/A", ago[CLOCK_TEXT_MAX + 8] = "N/A";
	int64_t created = 0;

	if (h->created && clock_parse(h->created, &created) == 0 && created > 0) {
		snprintf(ago, sizeof ago, "%s ago", clock_human(clock_now() - created, since));
		clock_format(created - created % 1000000000, at);
		/* whole seconds are all that Docker shows */
		memcpy(strchr(at, '.') ? strchr(at, '.') : at + strlen(at), "Z", 2);
	}
	add_str(o, "Comment", h->comment ? h->comment : "");
	add_str(o, "CreatedAt", at);
	add_created_by(o, h->created_by, flags->no_trunc);
	add_str(o, "CreatedSince", flags->human ? ago : at);
	if (!id)
		add_str(o, "ID", "<missing>");
	else
		json_object_object_add(
			o, "ID", flags->no_trunc ? json_object_new_string(id) : json_object_new_string_len(digest_hex(id), 12));
	if (flags->human)
		number_size_1000((uint64_t)size, text);
	else
		snprintf(text, sizeof text, "%lld", (long long)size);
	add_str(o, "Size", text);
	return o;
}

/* Bytes of each entry's layer; 0 for those that made none. */
static int64_t *layer_sizes(const struct store *s, const struct imageconfig *c)
{
	int64_t *sizes = xcalloc(c->history_count + 1, sizeof *sizes);
	char chain[DIGEST_MAX];
	size_t layer = 0;

	for (size_t i = 0; i < c->history_count; i++) {
		if (c->history[i].empty_layer || layer == c->diff_ids.count)
			continue;
		digest_chain(layer ? chain : NULL, c->diff_ids.items[layer], chain);
		layer++;
		sizes[i] = layer_size(s, chain);
	}
	return sizes;
}

static int print_history(const struct store *s, const struct history_flags *flags, const struct image *image)
{
	static const char *const usual[] = { "ID", "CreatedSince", "CreatedBy", "Size", "Comment", NULL };
	static const char *const ids[] = { "ID", NULL };
	struct format_list list = {
		.format = flags->format, .columns = columns, .shown = flags->quiet ? ids : usual, .no_heading = flags->quiet
	};
	autojson struct json_object *rows = json_object_new_array();
	autofree char *id = xasprintf("sha256:%s", image->id);
	const struct imageconfig *c = &image->config;
	autofree int64_t *sizes = layer_sizes(s, c);

	for (size_t i = c->history_count; i > 0; i--)
		json_object_array_add(rows, describe(flags, &c->history[i - 1], i == c->history_count ? id : NULL, sizes[i - 1]));
	return format_print_list(&list, rows, stdout);
}

static int history_run(const struct cli *cli, void *data)
{
	autocall(store_free) struct store *s = NULL;
	autocall(image_release) struct image image = { 0 };
	const struct history_flags *flags = data;
	struct platform platform;
	int r = flags->platform && *flags->platform ? platform_parse(flags->platform, &platform) : 0;

	if (r == 0)
		r = store_open(cli->root, &s);
	if (r == 0)
		r = image_find(s, cli->args[0], &image);
	if (r == -ENOENT)
		r = fail(r, "no such image: %s", cli->args[0]);
	if (r == 0 && flags->platform && *flags->platform)
		r = platform_check(&platform, image.config.os, image.config.architecture, image.config.variant);
	if (r == 0)
		r = print_history(s, flags, &image);
	return r < 0 ? fail_while(r, "cannot show the history of %s", cli->args[0]) : r;
}

const struct command command_history = {
	.name = "history",
	.usage = "[OPTIONS] IMAGE",
	.summary = "Show the history of an image",
	.manual = "Lists the steps that made an image, the last one first, with what each added to it. Steps that were made\n"
		  "elsewhere have no image of their own here, which is what <missing> says.\n",
	.options = history_table,
	.options_size = sizeof(struct history_flags),
	.defaults = &(const struct history_flags){ .human = true },
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = history_run,
	.complete = "image",
};
