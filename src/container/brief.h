/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What lists show of a container, read fast: `ps` looks at a thousand of them in milliseconds, where reading their records
 * whole (record.h, state.h) takes several times as long. Command process; takes no lock.
 */
#include "base/strv.h"
#include "container/home.h"
#include "container/state.h"

#include <stdbool.h>
#include <stdint.h>

struct brief {
	char *id, *name;
	char *image;    /* as it was typed */
	char *image_id; /* 64 hex digits */
	char *command;  /* with its arguments, joined by blanks */
	int64_t created;
	struct strv labels;  /* KEY=VALUE */
	struct strv exposed; /* "80/tcp" */
	char *network;       /* HostConfig.NetworkMode */
	/* its mounts: the name of the volume or what is bound, and where; as many of each */
	struct strv mounts, targets;
	unsigned int local_volumes;
	struct state state; /* without error */
};

void brief_release(struct brief *b);
/*
 * Calls @visit for each container, or with @running for those that have a monitor (which costs only as many looks). It may
 * take over what @b owns, leaving it zeroed. Stops when it returns non-zero and returns that. One that is being made or
 * removed is not there yet, or not any more.
 */
int brief_each(const struct home *home, bool running, int (*visit)(struct brief *b, void *data), void *data);
