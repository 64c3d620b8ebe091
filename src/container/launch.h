/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From a container on disk to a running one: forks its monitor, and waits until it runs or, attached, until it has ended.
 * What `run` and `start` share. Command process.
 */
#include "container/create.h"
#include "container/detach_keys.h"
#include "container/state.h"

#include <stdbool.h>

struct launch {
	struct container *container; /* whose lock is held; it is handed to the monitor */
	const struct state *before;  /* of one that was there before and stays when it cannot be started; NULL: it is new */
	bool in, out, err;           /* what the command is attached to */
	bool sig_proxy;
	const struct detach_keys *keys; /* which leave a terminal and let it run; NULL: none do */
};

/* It waits for the end of the container. */
bool launch_attaches(const struct launch *l);
/*
 * *@ret_exit_code is set when this returns 0 (0 for one that nobody is attached to, or not any more) and for a container that could
 * not be started (125, 126, 127, with a negative errno and words).
 */
int launch(const struct launch *l, int *ret_exit_code);
