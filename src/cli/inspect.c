/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/format.h"
#include "cli/inspect_container.h"
#include "cli/inspect_image.h"
#include "cli/inspect_volume.h"
#include "cli/network_view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int check_type(const char *type)
{
	static const char *const known[] = { "container", "image", "network", "volume" };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(type, known[i]) == 0)
			return 0;
	return fail(-EINVAL, "\"%s\" is not a valid value for --type", type);
}

#define FORMAT_OPTION                                                                     \
	{                                                                                 \
		'f', "format", OPTION_STRING, offsetof(struct inspect, format), "string", \
			"Format output using a Go template, or 'json'"                    \
	}
static const struct option inspect_table[] = {
	FORMAT_OPTION,
	{ 's', "size", OPTION_BOOL, offsetof(struct inspect, size), .help = "Display total file sizes if the type is container" },
	{ 0, "type", OPTION_STRING, offsetof(struct inspect, type), "string", "Only inspect objects of the given type",
	  .check = check_type, .complete = "container image network volume" },
	OPTIONS_END,
};

static int look_at_container(const struct home *home, const char *name, bool size, struct json_writer *w)
{
	return inspect_container(home, name, size, w);
}

static int look_at_image(const struct home *home, const char *name, bool size, struct json_writer *w)
{
	(void)size; /* it is always shown */
	return inspect_image(home->store, name, w);
}

static int look_at_volume(const struct home *home, const char *name, bool size, struct json_writer *w)
{
	(void)size;
	return inspect_volume(home->store, name, w);
}

static int look_at_network(const struct home *home, const char *name, bool size, struct json_writer *w)
{
	(void)size;
	return network_inspect(home, name, w);
}

/* The kinds of things that can be inspected, in the order they are looked for (as Docker: a container hides an image). */
static const struct {
	const char *type;
	int (*look)(const struct home *home, const char *name, bool size, struct json_writer *w);
} kinds[] = {
	{ "container", look_at_container },
	{ "image", look_at_image },
	{ "volume", look_at_volume },
	{ "network", look_at_network },
};

static int inspect_one(const struct home *home, const char *name, const struct inspect *how, struct json_writer *w)
{
	const char *type = how->type;
	int r = -ENOENT;

	for (size_t i = 0; r == -ENOENT && i < sizeof kinds / sizeof *kinds; i++)
		if (!type || strcmp(type, kinds[i].type) == 0)
			r = kinds[i].look(home, name, how->size, w);
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

int inspect_print(const struct cli *cli, const struct inspect *how)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autobuf text = BUF_INIT;
	autostrv missing = { 0 };
	struct json_writer w;
	int r = store_open(cli->root, &store);

	/* what killed monitors left is not cleaned up here: looking is cheap, and says what is true */
	if (r == 0)
		r = home_open(store, cli->runroot, &home);
	if (r < 0)
		return fail_while(r, "cannot inspect");
	json_writer_init(&w, &text, !how->format);
	json_begin_array(&w, NULL);
	for (size_t i = 0; i < cli->arg_count; i++) {
		r = inspect_one(home, cli->args[i], how, &w);
		if (r < 0)
			strv_add(&missing, error_text(r));
	}
	json_end_array(&w);
	r = print_all(text.data, text.len, how->format);
	fflush(stdout);
	for (size_t i = 0; i < missing.count; i++)
		log_line(LOG_ERROR, "%s", missing.items[i]);
	return r < 0 ? r : missing.count > 0;
}

static int inspect_run(const struct cli *cli, void *data)
{
	return inspect_print(cli, data);
}

const struct command command_inspect = {
	.name = "inspect",
	.usage = "[OPTIONS] NAME|ID [NAME|ID...]",
	.summary = "Return low-level information on containers and images",
	.manual =
		"Prints all that is known of containers, images and volumes as JSON, in Docker's words. A container hides an image of\n"
		"the same name; --type says which is meant.\n"
		"\n"
		"What Docker does not show of a container is in the member Hoy: its first process as both sides count it (HostPid,\n"
		"ContainerPid), every namespace with its inode and whether it is the host's own, and its cgroup: the directories, the\n"
		"limits as they are now, and what is used.\n",
	.options = inspect_table,
	.options_size = sizeof(struct inspect),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = inspect_run,
	.complete = "container",
};

static const struct option container_table[] = {
	FORMAT_OPTION,
	{ 's', "size", OPTION_BOOL, offsetof(struct inspect, size), .help = "Display total file sizes" },
	OPTIONS_END,
};
static const struct inspect container_defaults = { .type = "container" };

const struct command command_container_inspect = {
	.name = "container inspect",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Display detailed information on one or more containers",
	.manual = "As hoy inspect, of containers alone.\n",
	.options = container_table,
	.options_size = sizeof(struct inspect),
	.defaults = &container_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = inspect_run,
	.complete = "container",
};

static const struct option image_table[] = {
	FORMAT_OPTION,
	{ 0, "platform", OPTION_STRING, .metavar = "string", .help = "Inspect a specific platform",
	  .never = "a name stands for an image of one platform here" },
	OPTIONS_END,
};
static const struct inspect image_defaults = { .type = "image" };

const struct command command_image_inspect = {
	.name = "image inspect",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Display detailed information on one or more images",
	.manual = "As hoy inspect, of images alone.\n",
	.options = image_table,
	.options_size = sizeof(struct inspect),
	.defaults = &image_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = inspect_run,
	.complete = "image",
};
