/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `delete`, and `run` at its end, do with a container whose init has ended. */
#include "oci/command.h"
#include "runtime/state_file.h"

/* Ends what is left in the cgroup, removes it, runs the poststop hooks, removes the state directory. */
int remove_container(const struct oci *oci, const struct state_file *state, int dir);
