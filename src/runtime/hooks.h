/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Hooks: programs of the caller's, run at six moments of a container's life, with the container's state as JSON on stdin
 * (config.md, "POSIX-platform Hooks"). Each runs in the process that calls hooks_run: its namespaces are the hook's.
 */
#include "runtime/spec.h"

/*
 * Runs the hooks of one kind in their order, each until it ends or its timeout is over (then it is killed). The first that
 * fails ends it: -errno with words that name the hook, its exit code and what it said on stderr. They run in @cwd, or where
 * the caller is when it is NULL.
 */
int hooks_run(const struct spec *spec, enum spec_hook_kind kind, const char *state, const char *cwd);
/* The standard's state as JSON for hooks; caller frees. */
char *hooks_state(const struct spec *spec, const char *id, const char *status, pid_t pid, const char *bundle);
