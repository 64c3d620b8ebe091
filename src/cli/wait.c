/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/each.h"
#include "container/control.h"

#include <stdio.h>

static int wait_one(struct handle *h, void *data)
{
	int r = control_wait_end(h);

	(void)data;
	if (r == 0)
		printf("%d\n", h->state.exit_code);
	return r;
}

static int wait_run(const struct cli *cli, void *flags)
{
	return each_container(cli, "wait for", false, wait_one, flags);
}

const struct command command_wait = {
	.name = "wait",
	.usage = "CONTAINER [CONTAINER...]",
	.summary = "Block until one or more containers stop, then print their exit codes",
	.manual = "Prints the exit code of one that has ended at once.\n",
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = wait_run,
	.complete = "container",
};
