/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Attaching to a container that runs already, beside whoever else is attached: by its monitor's socket (request.h). Command
 * process.
 */
#include "container/detach_keys.h"
#include "container/handle.h"

#include <stdbool.h>

struct attach_options {
	bool no_stdin, sig_proxy;
	const struct detach_keys *keys;
};

/*
 * Until the container ends: *@ret_exit_code is its own, whether it ended before, while or after this attached. 1 when the user
 * detached. -errno with Docker's words for one that does not run, and -ENOTTY.
 */
int container_attach(struct handle *h, const struct attach_options *o, int *ret_exit_code);
