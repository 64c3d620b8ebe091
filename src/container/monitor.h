/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The monitor: the one process that a running container keeps. Forked by the command without exec, so its text is shared
 * with every other hoy and it costs some pages of its own. It makes the container with the runtime library, passes output
 * to the log and to who watches, reaps, records how the container ended before it lets go of the lock, and cleans up. The
 * container gets SIGKILL when the monitor dies, whatever killed it, so a record is never wrong about it for long.
 */
#include "container/create.h"
#include "container/log_write.h"
#include "container/state.h"

#include <stdbool.h>

struct monitor {
	struct container *container;
	const struct state *before; /* of one that was there before and stays when it cannot be started; NULL: it is new */
	int control;                /* to the command (message.h) */
	int input;                  /* the container's stdin; -1: /dev/null */
	int output, error;          /* the command's pipes for what the container writes; -1: nobody watches */
	bool detached;              /* the command goes on when it runs */
	bool log;                   /* what it writes is kept (log_write.h); the file is made when the first byte comes */
	struct log_options log_options;
};

/* Runs in the forked child, and ends it. Owns all descriptors of @m and the container. */
_Noreturn void monitor_run(struct monitor *m);
