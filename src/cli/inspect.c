/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/format.h"
#include "cli/inspect_image.h"
#include "cli/inspect_volume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct inspect_flags {
	const char *format, *type;
	bool size;
};

static int check_type(const char *type)
{
	static const char *const known[] = { "container", "image", "network", "volume" };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(type, known[i]) == 0)
			return 0;
	return fail(-EINVAL, "\"%s\" is not a valid value for --type", type);
}

static const struct option inspect_table[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct inspect_flags, format), "string",
	  "Format output using a Go template, or 'json'" },
	{ 's', "size", OPTION_BOOL, offsetof(struct inspect_flags, size),
	  .help = "Display total file sizes if the type is container", .later = true },
	{ 0, "type", OPTION_STRING, offsetof(struct inspect_flags, type), "string", "Only inspect objects of the given type",
	  .check = check_type, .complete = "container image network volume" },
	OPTIONS_END,
};

/* The kinds of things that can be inspected, in the order they are looked for (as Docker: a container hides an image). */
static const struct {
	const char *type;
	int (*inspect)(const struct store *s, const char *name, struct json_writer *w);
} kinds[] = {
	{ "image", inspect_image },
	{ "volume", inspect_volume },
};

static int inspect_one(const struct store *s, const char *name, const char *type, struct json_writer *w)
{
	int r = -ENOENT;

	for (size_t i = 0; r == -ENOENT && i < sizeof kinds / sizeof *kinds; i++)
		if (!type || strcmp(type, kinds[i].type) == 0)
			r = kinds[i].inspect(s, name, w);
	/* what is no name of an image is no object either */
	if (r == -ENOENT || r == -EINVAL)
		return fail(-ENOENT, "cannot inspect %s: no such %s", name, type ? type : "object");
	return r;
}

static int print_all(const char *text, size_t len, const char *template)
{
	autojson struct json_object *all = NULL;
	autocall(format_free) struct format *format = NULL;
	autobuf out = BUF_INIT;
	int r;

	if (!template || strcmp(template, "json") == 0) {
		fwrite(text, 1, len, stdout);
		putchar('\n');
		return 0;
	}
	r = format_parse(template, &format);
	if (r == 0)
		r = json_parse(text, len, "inspect", &all);
	for (size_t i = 0; r == 0 && i < json_object_array_length(all); i++) {
		r = format_execute(format, json_object_array_get_idx(all, i), &out);
		buf_add_char(&out, '\n');
	}
	fwrite(out.data, 1, out.len, stdout);
	return r;
}

int inspect_print(const struct cli *cli, const char *type, const char *format)
{
	autocall(store_free) struct store *s = NULL;
	autobuf text = BUF_INIT;
	autostrv missing = { 0 };
	struct json_writer w;
	int r = store_open(cli->root, &s);

	if (r < 0)
		return fail_while(r, "cannot inspect");
	json_writer_init(&w, &text, !format);
	json_begin_array(&w, NULL);
	for (size_t i = 0; i < cli->arg_count; i++) {
		r = inspect_one(s, cli->args[i], type, &w);
		if (r < 0)
			strv_add(&missing, error_text(r));
	}
	json_end_array(&w);
	r = print_all(text.data, text.len, format);
	fflush(stdout);
	for (size_t i = 0; i < missing.count; i++)
		log_line(LOG_ERROR, "%s", missing.items[i]);
	return r < 0 ? r : missing.count > 0;
}

static int inspect_run(const struct cli *cli, void *data)
{
	const struct inspect_flags *flags = data;

	return inspect_print(cli, flags->type, flags->format);
}

const struct command command_inspect = {
	.name = "inspect",
	.usage = "[OPTIONS] NAME|ID [NAME|ID...]",
	.summary = "Return low-level information on containers and images",
	.manual = "Prints all that is known of a thing as JSON, in Docker's words.\n",
	.options = inspect_table,
	.options_size = sizeof(struct inspect_flags),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = inspect_run,
	.complete = "image",
};
