/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the command hands to the monitor that it forks: the container, the ends of what connects the two, and what is to be
 * kept of what the container writes.
 */
#include "container/create.h"
#include "container/log_write.h"
#include "container/state.h"

#include <stdbool.h>

struct order {
	struct container *container;
	const struct state *before; /* of one that was there before and stays when it cannot be started; NULL: it is new */
	int control;                /* to the command (message.h) */
	int input;                  /* the container's stdin; -1: the monitor makes what the plan says */
	int input_end;              /* its other end, where it stays open when the command leaves; or -1 */
	int output, error;          /* the command's pipes for what the container writes; -1: nobody watches */
	bool detached;              /* the command goes on when it runs */
	bool log;                   /* what it writes is kept (log_write.h); the file is made when the first byte comes */
	struct log_options log_options;
};
