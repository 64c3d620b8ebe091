/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A container that exists, found by what the user typed: a name, an id, or the first digits of an id. Command process; takes
 * no lock, so that what it says was true a moment ago.
 */
#include "container/home.h"
#include "container/record.h"
#include "container/state.h"

#include <stdbool.h>

struct handle {
	const struct home *home; /* borrowed */
	int dir;                 /* ROOT/containers/ID */
	struct record record;
	struct state state;
};
#define HANDLE_NONE ((struct handle){ .dir = -1 })

void handle_release(struct handle *h);
/*
 * Finds and reads it. -ENOENT with Docker's words "no such container"; -ENOTUNIQ with words when the digits fit several.
 */
int handle_open(const struct home *home, const char *name_or_id, struct handle *ret);
/* Reads the state again. */
int handle_refresh(struct handle *h);
/* Tells the journal what happened to it (event.h); @more are further attributes, or NULL. */
void handle_event(const struct handle *h, const char *action, const char *const *more);
/* Its processes are there: running or paused. */
bool handle_runs(const struct handle *h);
/* It has a monitor: it runs, or waits for its next start. */
bool handle_active(const struct handle *h);
/*
 * A pidfd of the container's pid 1 in *@ret; -ESRCH with words "container X is not running" when there is none. Certain
 * after this: the pid was the container's when the pidfd was made.
 */
int handle_pidfd(struct handle *h, int *ret);
