/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How a container is stopped: the options of `stop` and `restart`. Command process. */
#include "cli/options.h"
#include "container/handle.h"

struct stop_flags {
	const char *signal;
	int64_t timeout; /* seconds; -1: however long it takes; -2: not given */
};
extern const struct option stop_table[];
extern const struct stop_flags stop_defaults;

/* With the container's own signal and timeout where none was given. */
int stop_container(struct handle *h, const struct stop_flags *flags);
