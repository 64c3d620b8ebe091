/* SPDX-License-Identifier: Apache-2.0 */
#include "image/load.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/image_event.h"
#include "image/digest.h"
#include "image/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct load_flags {
	const char *input;
	struct strv platforms;
	bool quiet;
};

static const struct option load_table[] = {
	{ 'i', "input", OPTION_STRING, offsetof(struct load_flags, input), "string", "Read from tar archive file, instead of STDIN",
	  .complete = "file" },
	{ 0, "platform", OPTION_LIST, offsetof(struct load_flags, platforms), "list",
	  "Load the images for this platform (linux/arm64)", .check = check_platform },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct load_flags, quiet), .help = "Suppress the load output" },
	OPTIONS_END,
};

static void tell_loaded(void *data, const char *name, const char *id)
{
	const struct home *home = data;
	autoreference ref = { 0 };
	autofree char *familiar = NULL;

	if (name && reference_parse(name, &ref) == 0)
		familiar = reference_familiar(&ref);
	if (familiar)
		printf("Loaded image: %s\n", familiar);
	else
		printf("Loaded image ID: %s\n", id);
	fflush(stdout);
	image_event(home, "load", id, familiar);
}

static void tell_layer(void *data, const char *diff_id, int64_t size)
{
	char text[NUMBER_TEXT_MAX];

	(void)data;
	printf("%.12s: Loading layer %s\n", digest_hex(diff_id), number_size_1000((uint64_t)size, text));
	fflush(stdout);
}

static int open_input(const char *path, int *ret)
{
	if (!path && isatty(STDIN_FILENO))
		return fail(-EINVAL, "requested load from stdin, but stdin is empty");
	*ret = path ? open(path, O_RDONLY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return *ret < 0 ? fail_errno("open %s", path ? path : "standard input") : 0;
}

static int load_run(const struct cli *cli, void *data)
{
	const struct load_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	struct load_events events = { .loaded = tell_loaded };
	autofd int input = -1;
	struct platform platform;
	int chosen = check_one_platform(&flags->platforms, &platform), r = chosen < 0 ? chosen : each_open(cli, &store, &home);
	events.data = home;
	events.platform = chosen ? &platform : NULL;
	/* as Docker: what happens on the way is for a person who watches */
	if (!flags->quiet && isatty(STDOUT_FILENO))
		events.layer = tell_layer;
	if (r == 0)
		r = open_input(flags->input, &input);
	if (r == 0)
		r = image_load_archive(store, input, &events);
	return r < 0 ? fail_while(r, "cannot load %s", flags->input ? flags->input : "from standard input") : 0;
}

const struct command command_load = {
	.name = "load",
	.usage = "[OPTIONS]",
	.summary = "Load an image from a tar archive or STDIN",
	.manual =
		"Reads images with their names out of an archive that `hoy save`, docker or podman wrote, or out of a tar archive\n"
		"of an OCI image layout; plain or compressed with gzip or zstd.\n",
	.options = load_table,
	.options_size = sizeof(struct load_flags),
	.interspersed = true,
	.run = load_run,
	.complete = "file",
};
