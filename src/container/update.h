/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * `hoy update`: new limits and another restart policy for a container that is there. What it is told is checked together with
 * what it has, by the rules of run (resources.h). A running one's cgroup is changed first; its config.json and its record
 * follow, so that it has the same limits when it is started again. Command process.
 */
#include "container/handle.h"
#include "container/options.h"

/*
 * Of @asked only limits and restart count, and what is 0 or NULL stays as it is. On failure nothing is changed, in Docker's words
 * where it has some.
 */
int container_update(struct handle *h, const struct run_options *asked);
