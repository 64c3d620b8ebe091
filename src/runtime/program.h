/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The last part of init and of exec: from a process inside the container to the container's program. Working directory,
 * program, environment, limits, rights, filter, exec. Everything here is in the container's mount namespace and root.
 */
#include <stdbool.h>

struct init;

/*
 * What can be said before the program is started: limits, working directory (made where it is missing, never outside the
 * root: CVE-2024-21626), environment (PATH and HOME where the spec has none), and in->program, found in PATH.
 */
int program_prepare(struct init *in);
/*
 * Gives up what the program shall not have: label, filter, groups, user, capabilities. With a filter that notifies it must
 * happen while the parent listens: then it is called before init reports ready.
 */
int program_confine(struct init *in);
/*
 * Closes what is the host's; the procfs that labels are written to stays open until they are (@labelled). Part of program_confine,
 * and of waiting to be started.
 */
int program_close_descriptors(struct init *in, bool labelled);
/* Executes it. Returns only on failure, with a code of RUNTIME_EXEC_ERROR. */
int program_execute(struct init *in);
