/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A container that is there is started, any number of times: out of its record and its config.json. Command process. */
#include "container/detach_keys.h"
#include "container/handle.h"

#include <stdbool.h>

struct start_options {
	bool attach;      /* pass its output on, and wait for its end */
	bool interactive; /* the caller's stdin is its stdin, where it has one */
	bool sig_proxy;
	const struct detach_keys *keys;
};

/*
 * Starts it; one that runs already is left alone. *@ret_exit_code is set whatever happens: 0 once it runs, the container's own
 * for who is attached until its end (0 for who detached), or 125, 126, 127 with a negative errno and words. One that cannot be
 * started stays, and its state says why.
 */
int container_start(struct handle *h, const struct start_options *o, int *ret_exit_code);
