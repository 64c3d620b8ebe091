/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Signals to a container of hoy-runtime's, from any process. */
#include "runtime/state_file.h"

#include <stdbool.h>

/*
 * Sends @signal to init, by pidfd; with @all to every process of its cgroup. SIGKILL ends frozen containers, too, and the
 * whole cgroup where there is no pid namespace that would end with init. -ESRCH with words when init has ended.
 */
int runtime_kill(const struct state_file *state, int signal, bool all);
