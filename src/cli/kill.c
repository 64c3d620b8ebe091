/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/control.h"
#include "kernel/names.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

struct kill_flags {
	const char *signal;
};

static int check_signal(const char *value)
{
	return names_signal(value) ? 0 : fail(-EINVAL, "invalid signal: %s", value);
}

static const struct option kill_table[] = {
	{ 's', "signal", OPTION_STRING, offsetof(struct kill_flags, signal), "string", "Signal to send to the container",
	  .preset = "\"KILL\"", .check = check_signal },
	OPTIONS_END,
};

/* SIGKILL is waited for: what comes next in a script finds it dead. */
static int kill_one(struct handle *h, void *data)
{
	const struct kill_flags *flags = data;
	int number = flags->signal ? names_signal(flags->signal) : SIGKILL;
	int r = control_signal(h, number);

	return r == 0 && number == SIGKILL ? control_wait(h) : r;
}

static int kill_run(const struct cli *cli, void *flags)
{
	return each_container(cli, "kill", true, kill_one, flags);
}

const struct command command_kill = {
	.name = "kill",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Kill one or more running containers",
	.manual = "Sends SIGKILL, or the signal that was chosen, to the first process of the container.\n",
	.options = kill_table,
	.options_size = sizeof(struct kill_flags),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = kill_run,
	.complete = "container",
};
