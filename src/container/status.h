/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* All containers with what they are doing, for lists, and Docker's words for it. Command process; takes no lock. */
#include "container/record.h"
#include "container/state.h"

/*
 * Calls @visit for each container, or with @running for those that have a monitor (which costs only as many looks). It may
 * take over what the two own, leaving them zeroed. Stops when it returns non-zero and returns that.
 */
int status_each(const struct home *home, bool running, int (*visit)(struct record *r, struct state *s, void *data), void *data);
/* "Up 3 minutes (Paused)", "Exited (0) 2 hours ago", "Created". Returns @text. */
#define STATUS_TEXT_MAX 96
const char *status_text(const struct state *s, char text[STATUS_TEXT_MAX]);
