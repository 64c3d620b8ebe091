/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/memory.h"
#include "oci/notify.h"
#include "runtime/hooks.h"
#include "runtime/kill.h"
#include "runtime/runtime.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* runtime.md, lifecycle 9: a poststart hook that fails is an error and the end of the container. */
static int poststart(int dir, const struct state_file *state)
{
	autocall(spec_release) struct spec spec = { 0 };
	autofree char *text = NULL;
	struct error_record failure;
	int r = state_file_config(dir, &spec);

	if (r < 0 || !spec.hooks[SPEC_HOOK_POSTSTART].count)
		return r;
	text = state_file_text(state, STATE_RUNNING);
	r = hooks_run(&spec, SPEC_HOOK_POSTSTART, text, NULL);
	if (r < 0) {
		error_pack(r, &failure);
		(void)runtime_kill(state, SIGKILL, false);
		r = error_unpack(&failure);
	}
	return r;
}

static int start(const char *id, int dir, const struct state_file *state)
{
	autofd int notify = -1, pidfd = -1;
	int r;

	switch (state_file_status(state)) {
	case STATE_CREATED:
		break;
	case STATE_STOPPED:
		return fail(-EINVAL, "cannot start a container that has stopped: %s", id);
	case STATE_CREATING:
		return fail(-EBUSY, "cannot start a container that is being created: %s", id);
	default:
		return fail(-EINVAL, "cannot start an already running container: %s", id);
	}
	if (notify_host()) {
		notify = notify_bind(dir);
		pidfd = notify == -ENOENT ? -ENOENT : notify < 0 ? notify : state_file_pidfd(state);
		if (pidfd < 0 && pidfd != -ENOENT)
			return pidfd;
	}
	r = runtime_start_at(dir, STATE_FILE_START);
	if (r < 0)
		return r;
	(void)unlinkat(dir, STATE_FILE_START, 0);
	r = poststart(dir, state);
	/* the service manager hears of the container's readiness before this ends */
	return r < 0 || notify < 0 ? r : notify_wait(notify, pidfd, state->pid);
}

/* Who looks until `state` knows the container and starts it then may be early: ten seconds for `create` to come to its end. */
static int read_created(const struct oci *oci, const char *id, struct state_file *ret, int *ret_dir)
{
	const struct timespec step = { .tv_nsec = 10 * 1000 * 1000 };

	for (int tries = 0;; tries++) {
		int r = state_file_read(oci->root_fd, id, ret, ret_dir);

		if (r < 0 || !state_file_in_creation(ret) || tries == 1000)
			return r;
		state_file_release(ret);
		close(*ret_dir);
		*ret_dir = -1;
		(void)nanosleep(&step, NULL);
	}
}

static int run(const struct oci *oci, char *const *args, void *flags)
{
	autocall(state_file_release) struct state_file state = { 0 };
	autofd int dir = -1;
	int r = read_created(oci, args[0], &state, &dir);

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
