/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What container prune and system prune remove of containers. Each for itself: one that somebody uses again meanwhile, or
 * that another command removed, is left out. Prints a heading and a line for each. Command's process.
 */
#include "base/strv.h"
#include "container/home.h"

#include <stdbool.h>
#include <stdint.h>

struct prune {
	const struct home *home;
	const struct strv *filters; /* until=, label=, label!= */
};

/* The filters until=, label= and label!=: -EINVAL with words. */
int prune_check(const struct strv *filters);
/* Made before all moments of until=, and its labels fit. */
bool prune_wants(const struct strv *filters, int64_t created, const struct strv *labels);
/* Removes what has ended or was never started; *@ret_bytes grows by what it had written. */
int prune_containers(const struct prune *p, uint64_t *ret_bytes);
