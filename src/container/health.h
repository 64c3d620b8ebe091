/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The health of a running container, as Docker judges it: a command is run in it now and then. Each check is a process forked for
 * it, which does what `hoy exec` does and ends with it; nothing stays between two checks. How it is, is in the state; the last
 * five checks are in ROOT/containers/ID/health.json, as Docker's State.Health. Monitor process.
 */
#include "base/buf.h"
#include "base/loop.h"
#include "container/create.h"
#include "container/state.h"

struct health {
	/* set by the owner; borrowed */
	struct loop *loop;
	struct container *container;
	struct state *state;
	void (*changed)(void *data); /* state->health has another value */
	void *data;

	/* its own */
	int64_t streak;         /* checks that failed, one after the other */
	int64_t began;          /* by the clock that does not jump */
	uint64_t next, timeout; /* timers; 0: none */
	pid_t checker;          /* 0: none runs */
	int output;
	int64_t check_began, check_started; /* by the two clocks */
	struct buf text;
	bool cut, late;
};
#define HEALTH_NONE_YET ((struct health){ .output = -1 })

/* It has just started: from now on it is looked at, if its plan says so. */
void health_begin(struct health *h);
/* It has ended: a check that runs ends, too. */
void health_end(struct health *h);
