/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "oci/command.h"
#include "oci/remove.h"
#include "runtime/kill.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

struct delete_flags {
	bool force;
};

static const struct option options[] = {
	{ 'f', "force", OPTION_BOOL, offsetof(struct delete_flags, force),
	  .help = "Forcibly deletes the container if it is still running (uses SIGKILL)" },
	OPTIONS_END,
};

/* Ends init and waits for it, ten seconds at most: it may hang in the kernel. */
static int end(const struct state_file *state)
{
	autofd int pidfd = state_file_pidfd(state);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	int r;

	if (pidfd < 0)
		return 0;
	r = runtime_kill(state, SIGKILL, false);
	if (r < 0 && r != -ESRCH)
		return r;
	if (poll(&ended, 1, 10000) == 0)
		return fail(-ETIMEDOUT, "wait for the end of %s: process %d does not end", state->id, state->pid);
	return 0;
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(state_file_release) struct state_file state = { 0 };
	const struct delete_flags *flags = data;
	enum state_status status;
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);

	if (r == -ENOENT && flags->force)
		return 0;
	if (r < 0)
		return r;
	status = state_file_status(&state);
	if (state_file_in_creation(&state))
		return fail_hint(fail(-EBUSY, "cannot delete container %s: it is being created", args[0]),
				 "process %d does that: end it first", state.creator);
	/* runc deletes what is created and was never started, too */
	if ((status == STATE_RUNNING || status == STATE_PAUSED) && !flags->force)
		return fail_hint(
			fail(-EBUSY, "cannot delete container %s that is not stopped: %s", args[0], state_status_name(status)),
			"end it with `kill %s KILL`, or use --force", args[0]);
	if (status != STATE_STOPPED && status != STATE_CREATING)
		r = end(&state);
	return r < 0 ? r : remove_container(oci, &state, dir);
}

const struct oci_command oci_delete = {
	.name = "delete",
	.usage = "[command options] <container-id>",
	.summary = "delete any resources held by the container often used with detached container",
	.options = options,
	.options_size = sizeof(struct delete_flags),
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = run,
};
