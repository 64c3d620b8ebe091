/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/each.h"
#include "container/control.h"

#include <stddef.h>

struct rm_flags {
	bool force, volumes;
};

static const struct option rm_table[] = {
	{ 'f', "force", OPTION_BOOL, offsetof(struct rm_flags, force),
	  .help = "Kill a running container, and do not mind one that is not there" },
	{ 'l', "link", OPTION_BOOL, 0, .help = "Remove the specified link",
	  .never = "a link belongs to the container that was made with it, for as long as that is there" },
	{ 'v', "volumes", OPTION_BOOL, offsetof(struct rm_flags, volumes),
	  .help = "Remove its anonymous volumes, too, unless others use them" },
	OPTIONS_END,
};

static int rm_one(struct handle *h, void *data)
{
	const struct rm_flags *flags = data;

	return control_remove(h, flags->force, flags->volumes);
}

static int rm_run(const struct cli *cli, void *data)
{
	const struct rm_flags *flags = data;

	return each_container(cli, "remove", true, rm_one, data) && !flags->force;
}

const struct command command_rm = {
	.name = "rm",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Remove one or more containers",
	.manual = "Removes a container that has ended, with all it wrote and its log. Its volumes stay, but with\n"
		  "-v those that nobody named.\n",
	.options = rm_table,
	.options_size = sizeof(struct rm_flags),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = rm_run,
	.complete = "container",
};
