/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One more process in a running container: `hoy exec`. A fork of the command makes it and keeps it (exec_keeper.h); the
 * container's monitor is not asked. Command process; with -d the process goes on without it.
 */
#include "base/strv.h"
#include "container/handle.h"

#include <stdbool.h>

struct exec_options {
	bool detach, interactive, tty, privileged;
	bool bound; /* the process dies with its caller */
	const char *user, *workdir;
	const char *detach_keys; /* NULL: the usual ones */
	struct strv env, env_files;
	struct strv command;
};

/*
 * 1 when the user detached and it goes on. *@ret_exit_code is set whatever happens: the process's own, or 126, 127 for a command
 * that cannot be executed, 1 for other errors (Docker's), with a negative errno and words.
 */
int container_exec(struct handle *h, const struct exec_options *o, int *ret_exit_code);
