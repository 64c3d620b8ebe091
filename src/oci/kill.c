/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kill.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/names.h"
#include "oci/command.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <signal.h>

struct kill_flags {
	bool all;
};

static const struct option options[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct kill_flags, all), .help = "send the signal to all processes of the container" },
	OPTIONS_END,
};

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(state_file_release) struct state_file state = { 0 };
	const struct kill_flags *flags = data;
	const char *name = args[1] ? args[1] : "SIGTERM";
	int signal = names_signal(name);
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);
	enum state_status status;

	if (r < 0)
		return r;
	if (signal == 0)
		return fail(-EINVAL, "unknown signal \"%s\"", name);
	status = state_file_status(dir, &state);
	/* what is left of a stopped container that has no pid namespace can be ended with --all */
	if ((status == STATE_STOPPED || status == STATE_CREATING) && !flags->all)
		return fail(-ESRCH, "container not running: %s", args[0]);
	return runtime_kill(&state, signal, flags->all);
}

const struct oci_command oci_kill = {
	.name = "kill",
	.usage = "[command options] <container-id> [signal]",
	.summary = "kill sends the specified signal (default: SIGTERM) to the container's init process",
	.options = options,
	.options_size = sizeof(struct kill_flags),
	.min_args = 1,
	.max_args = 2,
	.interspersed = true,
	.run = run,
};
