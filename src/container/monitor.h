/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The monitor: the one process that a running container keeps. Forked by the command without exec, so its text is shared
 * with every other hoy and it costs some pages of its own. It makes the container with the runtime library, passes output
 * to the log and to who watches, reaps, records how the container ended before it lets go of the lock, and cleans up. The
 * container gets SIGKILL when the monitor dies, whatever killed it, so a record is never wrong about it for long.
 */
#include "container/order.h"

/* Runs in the forked child, and ends it. Owns all descriptors of @m and the container. */
_Noreturn void monitor_run(struct order *m);
