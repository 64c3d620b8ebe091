/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a running container uses, for `stats`: its cgroup's numbers and its network namespace's. Command process. */
#include "container/record.h"
#include "container/state.h"

#include <stdint.h>

struct usage {
	int64_t when;           /* nanoseconds of CLOCK_MONOTONIC */
	uint64_t cpu;           /* nanoseconds of processor time so far */
	uint64_t memory, limit; /* bytes: without the page cache that can go at once; the machine's where there is no limit */
	uint64_t received, sent;
	uint64_t read, written; /* block devices */
	uint64_t pids;
};

/* Reads it. -ESRCH without words when it does not run. Numbers that this kernel does not tell are 0. */
int usage_read(const struct record *r, const struct state *s, struct usage *ret);
/* Received and sent bytes of all interfaces but loopback, from the text of /proc/PID/net/dev. */
void usage_parse_net(const char *text, uint64_t *ret_received, uint64_t *ret_sent);
