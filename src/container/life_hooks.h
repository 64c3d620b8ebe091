/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The hooks of a container that its monitor runs: those that come after the start and after the end (config.md, "POSIX-platform
 * Hooks"). The others are the runtime's, and all of them another runtime's where the container has one.
 */
#include "container/create.h"

#include <sys/types.h>

/* After its command began; -errno with words when one fails: then the container is not to run. */
int life_hooks_started(const struct container *c, pid_t pid);
/* After all of it is gone; what fails is a warning. The hooks are those of its config.json, for memory of them is not kept. */
void life_hooks_stopped(const struct container *c);
