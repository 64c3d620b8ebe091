/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/control.h"
#include "kernel/names.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

struct stop_flags {
	const char *signal;
	int64_t timeout; /* -2: not given */
};
static const struct stop_flags defaults = { .timeout = -2 };

static int check_signal(const char *value)
{
	return names_signal(value) ? 0 : fail(-EINVAL, "invalid signal: %s", value);
}

static const struct option stop_table[] = {
	{ 's', "signal", OPTION_STRING, offsetof(struct stop_flags, signal), "string", "Signal to send to the container",
	  .check = check_signal },
	{ 't', "timeout", OPTION_INT, offsetof(struct stop_flags, timeout), "int",
	  "Seconds to wait before killing the container; -1 waits however long it takes" },
	{ 0, "time", OPTION_INT, offsetof(struct stop_flags, timeout), "int", "Seconds to wait before killing the container",
	  .hidden = true },
	OPTIONS_END,
};

static int stop_one(struct handle *h, void *data)
{
	const struct stop_flags *flags = data;
	const char *name = flags->signal ? flags->signal : h->record.stop_signal;
	int number = name ? names_signal(name) : 0;

	return control_stop(h, number ? number : SIGTERM, flags->timeout > -2 ? flags->timeout : h->record.stop_timeout);
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
	.defaults = &defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = stop_run,
	.complete = "container",
};
