/* SPDX-License-Identifier: Apache-2.0 */
#include "container/commit.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"

#include <stdio.h>

struct commit_flags {
	const char *author, *message;
	struct strv changes;
	bool pause;
};

static const struct option commit_table[] = {
	{ 'a', "author", OPTION_STRING, offsetof(struct commit_flags, author), "string",
	  "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")" },
	{ 'c', "change", OPTION_LIST, offsetof(struct commit_flags, changes), "list",
	  "Apply Dockerfile instruction to the created image" },
	{ 'm', "message", OPTION_STRING, offsetof(struct commit_flags, message), "string", "Commit message" },
	{ 'p', "pause", OPTION_BOOL, offsetof(struct commit_flags, pause), .help = "Pause container during commit",
	  .preset = "true" },
	OPTIONS_END,
};

static int commit_run(const struct cli *cli, void *data)
{
	const struct commit_flags *flags = data;
	struct commit_options o = { .reference = cli->arg_count > 1 ? cli->args[1] : NULL,
				    .author = flags->author,
				    .message = flags->message,
				    .changes = &flags->changes,
				    .pause = flags->pause };
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	char id[DIGEST_MAX];
	int r = each_open(cli, &store, &home);

	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = container_commit(&h, &o, id);
	if (r < 0)
		return fail_while(r, "cannot commit %s", cli->args[0]);
	puts(id);
	return 0;
}

const struct command command_commit = {
	.name = "commit",
	.usage = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
	.summary = "Create a new image from a container's changes",
	.manual =
		"Makes an image of what a container wrote: one more layer on those of its image, and how the container was to be\n"
		"run. What lies in volumes and other mounts is no part of it. A running container is paused meanwhile, unless\n"
		"--pause=false is given. --change takes the instructions that `hoy import` takes. Prints the image's id.\n",
	.options = commit_table,
	.options_size = sizeof(struct commit_flags),
	.defaults = &(const struct commit_flags){ .pause = true },
	.min_args = 1,
	.max_args = 2,
	.interspersed = true,
	.run = commit_run,
	.complete = "container",
};
