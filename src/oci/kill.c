/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kill.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/names.h"
#include "oci/command.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

struct kill_flags {
	bool all;
};

static const struct option options[] = {
	{ 'a', "all", OPTION_BOOL, offsetof(struct kill_flags, all), .help = "send the signal to all processes of the container" },
	OPTIONS_END,
};

/* With the pid namespace of others, init's end is not the container's: KILL then ends who is left. */
static bool outlives_init(int dir)
{
	autocall(spec_release) struct spec spec = { 0 };
	const struct spec_namespace *pid = &spec.linux_.namespaces[SPEC_NS_PID];

	if (state_file_config(dir, &spec) < 0) {
		error_clear();
		return false;
	}
	return !pid->set || pid->path;
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(state_file_release) struct state_file state = { 0 };
	const struct kill_flags *flags = data;
	const char *name = args[1] ? args[1] : "SIGTERM";
	bool probe = strcmp(name, "0") == 0, all = flags->all; /* 0 asks whether there is somebody */
	int signal = probe ? 0 : names_signal(name);
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);
	enum state_status status;

	if (r < 0)
		return r;
	if (signal == 0 && !probe)
		return fail(-EINVAL, "unknown signal \"%s\"", name);
	status = state_file_status(&state);
	if (status == STATE_STOPPED && signal == SIGKILL && !all)
		all = outlives_init(dir);
	/* what is left of a stopped container that has no pid namespace can be ended with --all */
	if ((status == STATE_STOPPED || status == STATE_CREATING) && !all)
		return fail(-ESRCH, "container not running: %s", args[0]);
	return runtime_kill(&state, signal, all);
}

const struct oci_command oci_kill = {
	.name = "kill",
	.usage = "[command options] <container-id> [signal]",
	.summary = "kill sends the specified signal (default: SIGTERM) to the container's init process",
	.options = options,
	.options_size = sizeof(struct kill_flags),
	.min_args = 1,
	.max_args = 2,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = run,
};
