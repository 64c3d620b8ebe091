/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/memory.h"
#include "oci/attach.h"
#include "oci/make.h"
#include "oci/notify.h"
#include "oci/remove.h"
#include "runtime/hooks.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static const struct option options[] = {
	MAKE_OPTIONS,
	{ 'd', "detach", OPTION_BOOL, offsetof(struct make_flags, detach), .help = "detach from the container's process" },
	{ 0, "keep", OPTION_BOOL, offsetof(struct make_flags, keep), .help = "do not delete the container after it exits" },
	{ 0, "no-subreaper", OPTION_BOOL, offsetof(struct make_flags, no_subreaper),
	  .help = "disable the use of the subreaper used to reap reparented processes: hoy-runtime never is one" },
	OPTIONS_END,
};

/* Takes away what make_container made, in whatever state it is. */
static int clean_up(const struct oci *oci, const char *id)
{
	autocall(state_file_release) struct state_file state = { 0 };
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, id, &state, &dir);

	return r < 0 ? r : remove_container(oci, &state, dir);
}

static int start(struct made *made)
{
	int r = runtime_start(&made->container);

	return r < 0 ? r : hooks_run(&made->spec, SPEC_HOOK_POSTSTART, made->state, NULL);
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(made_release) struct made made = MADE_NONE;
	const struct make_flags *flags = data;
	struct error_record failure;
	int status = 0, r = make_container(oci, args[0], flags, false, &made);

	if (r < 0)
		return r;
	r = start(&made);
	if (r == 0 && flags->detach && made.notify >= 0)
		r = notify_wait(made.notify, made.container.pidfd, made.container.pid);
	if (r == 0 && flags->detach)
		return 0;
	if (r == 0)
		r = attach_wait(&made.container, made.notify, &status);
	if (r < 0) {
		error_pack(r, &failure);
		(void)kill(made.container.pid, SIGKILL);
		(void)waitpid(made.container.pid, NULL, 0);
	}
	if (!flags->keep || r < 0) {
		int cleaned = clean_up(oci, args[0]);

		if (r == 0)
			r = cleaned;
		else
			error_unpack(&failure);
	}
	return r < 0 ? r : status;
}

const struct oci_command oci_run = {
	.name = "run",
	.usage = "[command options] <container-id>",
	.summary = "create and run a container",
	.options = options,
	.options_size = sizeof(struct make_flags),
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_MAKE,
	.interspersed = true,
	.enters = true,
	.run = run,
};
