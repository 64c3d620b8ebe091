/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whose rights the process has: groups, group, user, then exactly the capabilities of the spec. User names are the
 * engine's matter: here everything is a number. Init's half and exec's.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <sys/types.h>

/* @rootless: groups may be denied in a user namespace that an unprivileged user made; that is no error without any asked for.
 * @keep_groups: those of the caller stay. */
int identity_apply(const struct spec_process *process, bool rootless, bool keep_groups);
/* The words of setpriv(1) that do the same: "setpriv --reuid=…"; without user and group with @keep_root. Caller frees. */
char *identity_words(const struct spec_process *process, bool keep_root);
