/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Limits: Docker's options become linux.resources of the spec. Command process. */
#include "container/options.h"
#include "runtime/spec.h"

/*
 * -m, --memory-*, --oom-kill-disable, --cpus, --cpu-*, --cpuset-*, --pids-limit, --blkio-* and --device-read-bps and its
 * like. Fills @ret (device rules are device.h's). -EINVAL with words, Docker's where it has some, when they contradict each
 * other or this machine. In @o 0 is "not given", but for memory_swappiness: -1.
 */
int resources_fill(const struct run_options *o, struct spec_resources *ret);
/* Warns of what is accepted and has no effect, or a dangerous one. Once a command. */
void resources_warn(const struct run_options *o);
