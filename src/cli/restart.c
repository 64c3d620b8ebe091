/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/each.h"
#include "cli/stop_options.h"
#include "container/start.h"

static int restart_one(struct handle *h, void *data)
{
	static const struct start_options how = { 0 };
	int code, r = stop_container(h, data);

	if (r == 0)
		r = container_start(h, &how, &code);
	if (r == 0)
		handle_event(h, "restart", NULL);
	return r;
}

static int restart_run(const struct cli *cli, void *flags)
{
	return each_container(cli, "restart", true, restart_one, flags);
}

const struct command command_restart = {
	.name = "restart",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Restart one or more containers",
	.manual = "Stops a container as hoy stop does, and starts it as hoy start does. One that does not run is started.\n",
	.options = stop_table,
	.options_size = sizeof(struct stop_flags),
	.defaults = &stop_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.enters = true,
	.run = restart_run,
	.complete = "container",
};
