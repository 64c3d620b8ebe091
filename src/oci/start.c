/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/memory.h"
#include "oci/command.h"
#include "runtime/hooks.h"
#include "runtime/kill.h"
#include "runtime/runtime.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int start(const char *id, int dir, const struct state_file *state)
{
	autocall(spec_release) struct spec spec = { 0 };
	autofree char *text = NULL;
	int r;

	switch (state_file_status(dir, state)) {
	case STATE_CREATED:
		break;
	case STATE_STOPPED:
		return fail(-EINVAL, "cannot start a container that has stopped: %s", id);
	case STATE_CREATING:
		return fail(-EBUSY, "cannot start a container that is being created: %s", id);
	default:
		return fail(-EINVAL, "cannot start an already running container: %s", id);
	}
	r = runtime_start_at(dir, STATE_FILE_START);
	if (r < 0)
		return r;
	(void)unlinkat(dir, STATE_FILE_START, 0);
	r = state_file_config(dir, &spec);
	if (r < 0 || !spec.hooks[SPEC_HOOK_POSTSTART].count)
		return r;
	text = state_file_text(state, STATE_RUNNING);
	r = hooks_run(&spec, SPEC_HOOK_POSTSTART, text);
	if (r < 0) {
		struct error_record words;

		/* runtime.md, lifecycle 9: the container is stopped */
		error_pack(r, &words);
		(void)runtime_kill(state, SIGKILL, false);
		r = error_unpack(&words);
	}
	return r;
}

static int run(const struct oci *oci, char *const *args, void *flags)
{
	autocall(state_file_release) struct state_file state = { 0 };
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);

	(void)flags;
	return r < 0 ? r : start(args[0], dir, &state);
}

const struct oci_command oci_start = {
	.name = "start",
	.usage = "<container-id>",
	.summary = "executes the user defined process in a created container",
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = run,
};
