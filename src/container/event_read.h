/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The reader of the journal of events (event.h), which waits for more of them by inotify. Command process; takes no lock.
 */
#include "container/home.h"

#include <stdint.h>

struct json_object;

struct event_read {
	int64_t since; /* nanoseconds since 1970; 0: with an end, from the first that is known; else from now on */
	int64_t until; /* nanoseconds since 1970; 0: without end */
	/* Called for each, in the order they were written; a negative return ends the reading with that code. */
	int (*emit)(void *data, struct json_object *event);
	void *data;
};

/* Returns when the time has come (never without one), or -errno with words, or what emit returned. */
int event_read(const struct home *home, const struct event_read *how);
