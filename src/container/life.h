/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One life of a container inside its monitor: from its start to the record of its end. A container with a restart policy has
 * several, one after the other. Monitor process.
 */
#include "container/guest.h"
#include "container/health.h"
#include "container/log_write.h"
#include "container/networks.h"
#include "container/order.h"
#include "container/other_runtime.h"
#include "container/stream.h"
#include "runtime/runtime.h"

enum { OUTPUT, ERROR, STREAMS };

struct life {
	struct order *m;
	struct loop *loop;
	struct runtime_container runtime;
	struct other_runtime other; /* of a container that has one */
	struct stream streams[STREAMS];
	int input; /* the end of the container's stdin that stays open for who will be attached; -1: none */
	struct guests guests;
	struct health health;
	struct log_writer *log; /* NULL while nothing was written */
	bool wrote;             /* since the timer was set that looks */
	uint64_t quiet;         /* that timer; 0: none */
	struct state state;
	int64_t began; /* by the clock that does not jump */
	uint64_t memory_limit;
	struct networks_held networks;
	bool cgroup_gone;
	bool poststop; /* it has hooks for its end */
	bool ended;    /* pid 1 of the container has been reaped */

	/* between two lives */
	bool again;
	int64_t delay_ms; /* the last wait; 0: there was none */
	uint64_t timer;   /* 0: it does not wait */
};

/*
 * Makes the container and starts it; its state says "running". On failure the caller calls life_failed, or the words are lost.
 * The container's spec is not needed any more afterwards.
 */
int life_start(struct life *l);
/*
 * Its record has other networks than before: they are its own now, and its ports lead through the one that is its way out. On
 * failure they are those of before.
 */
int life_follow(struct life *l);
/* It could not be started: what was made is undone, and the state of one that stays says why. Returns @error's exit code. */
int life_failed(struct life *l, int error);
/* It waited to be started again, and will not be: its state says that it has ended. */
void life_stay_ended(struct life *l);
/* Reaps pid 1 and records how it ended; l->again says whether a restart policy wants another life. */
void life_end(struct life *l);
