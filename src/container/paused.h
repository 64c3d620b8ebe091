/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The mark of a paused container: the file "paused" in its volatile directory. The state file is the monitor's alone, and
 * pausing is a command's doing. It goes with the directory when the container ends.
 */
#include "container/home.h"

#include <stdbool.h>

int paused_mark(const struct home *home, const char *id, bool paused);
bool paused_is(const struct home *home, const char *id);
