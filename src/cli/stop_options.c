/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/stop_options.h"

#include "base/error.h"
#include "container/control.h"
#include "kernel/names.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

const struct stop_flags stop_defaults = { .timeout = -2 };

static int check_signal(const char *value)
{
	return names_signal(value) ? 0 : fail(-EINVAL, "invalid signal: %s", value);
}

const struct option stop_table[] = {
	{ 's', "signal", OPTION_STRING, offsetof(struct stop_flags, signal), "string", "Signal to send to the container",
	  .check = check_signal },
	{ 0, "time", OPTION_INT, offsetof(struct stop_flags, timeout), "int", "Seconds to wait before killing the container",
	  .hidden = true },
	{ 't', "timeout", OPTION_INT, offsetof(struct stop_flags, timeout), "int",
	  "Seconds to wait before killing the container; -1 waits however long it takes" },
	OPTIONS_END,
};

int stop_container(struct handle *h, const struct stop_flags *flags)
{
	const char *name = flags->signal ? flags->signal : h->record.stop_signal;
	int number = name ? names_signal(name) : 0;

	return control_stop(h, number ? number : SIGTERM, flags->timeout > -2 ? flags->timeout : h->record.stop_timeout);
}
