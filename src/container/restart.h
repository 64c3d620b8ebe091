/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Restart policies: what they are called, whether a container that ended is started again, and after how long. Pure. */
#include <stdbool.h>
#include <stdint.h>

enum restart_when { RESTART_NO, RESTART_ALWAYS, RESTART_UNLESS_STOPPED, RESTART_ON_FAILURE };

struct restart_policy {
	enum restart_when when;
	int64_t max; /* tries of on-failure; 0: without end */
};

/* Reads "no", "always", "unless-stopped", "on-failure[:N]"; "" is no. -EINVAL with Docker's words. */
int restart_parse(const char *text, struct restart_policy *ret);
const char *restart_name(enum restart_when when);

/* What the policy needs to know of one that has ended. */
struct restart_end {
	int exit_code;
	int64_t count;  /* how often it was started again already */
	int64_t ran_ns; /* how long it ran, by a clock that does not jump */
	bool stopped;   /* the user ended it */
};
bool restart_wanted(const struct restart_policy *p, const struct restart_end *end);
/* The machine was booted: @end is how it ended, or was lost, before. */
bool restart_at_boot(const struct restart_policy *p, const struct restart_end *end);
/* The wait before the next start: 100 ms, doubled each time up to a minute; it begins anew after ten seconds of running. */
int64_t restart_delay_ms(int64_t last_ms, int64_t ran_ns);
