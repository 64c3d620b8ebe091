/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Limits: Docker's options become linux.resources and process.rlimits of the spec. Command process. */
#include "container/options.h"
#include "runtime/spec.h"

/*
 * -m, --memory-swap, --memory-reservation, --oom-kill-disable, --cpus, --cpu-*, --cpuset-*, --pids-limit. Fills @ret (device
 * rules are device.h's). -EINVAL with words in Docker's sense when they contradict each other or this machine.
 */
int resources_fill(const struct run_options *o, struct spec_resources *ret);
/* --ulimit NAME=SOFT[:HARD], -1 for unlimited; the last one of a name wins. -EINVAL with words. */
int resources_ulimits(const struct strv *ulimits, struct spec_rlimits *ret);
