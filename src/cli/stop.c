/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/each.h"
#include "cli/stop_options.h"

static int stop_one(struct handle *h, void *data)
{
	return stop_container(h, data);
}

static int stop_run(const struct cli *cli, void *flags)
{
	return each_container(cli, "stop", true, stop_one, flags);
}

const struct command command_stop = {
	.name = "stop",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Stop one or more running containers",
	.manual =
		"Sends the stop signal of the container (SIGTERM where nobody chose another), waits ten seconds, or what was asked for, and then kills it. A paused container is resumed first.\n",
	.options = stop_table,
	.options_size = sizeof(struct stop_flags),
	.defaults = &stop_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = stop_run,
	.complete = "container",
};
