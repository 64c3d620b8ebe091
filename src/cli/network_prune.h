/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `network prune` does (network_rm.c), for system prune, too. Command's process. */
#include "base/strv.h"
#include "container/home.h"

/* Removes the networks that no container wants to be in and that @filters (prune.h) do not keep; prints a line for each. */
int network_prune(const struct home *home, const struct strv *filters);
