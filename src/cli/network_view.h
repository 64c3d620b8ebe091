/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `network inspect` shows of a network. Command's process. */
#include "base/json.h"
#include "container/home.h"

/* The object of one network, into the array that is open in @w. -ENOENT with Docker's words. */
int network_inspect(const struct home *home, const char *name, struct json_writer *w);
