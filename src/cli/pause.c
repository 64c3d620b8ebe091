/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/each.h"
#include "container/control.h"

static int pause_one(struct handle *h, void *data)
{
	(void)data;
	return control_pause(h, true);
}

static int unpause_one(struct handle *h, void *data)
{
	(void)data;
	return control_pause(h, false);
}

static int pause_run(const struct cli *cli, void *flags)
{
	return each_container(cli, "pause", true, pause_one, flags);
}

static int unpause_run(const struct cli *cli, void *flags)
{
	return each_container(cli, "unpause", true, unpause_one, flags);
}

const struct command command_pause = {
	.name = "pause",
	.usage = "CONTAINER [CONTAINER...]",
	.summary = "Pause all processes within one or more containers",
	.manual = "Freezes the container's cgroup: its processes stay where they are and use no CPU time.\n",
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = pause_run,
	.complete = "container",
};

const struct command command_unpause = {
	.name = "unpause",
	.usage = "CONTAINER [CONTAINER...]",
	.summary = "Unpause all processes within one or more containers",
	.manual = "Lets the processes of a paused container go on.\n",
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = unpause_run,
	.complete = "container",
};
