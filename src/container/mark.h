/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a command did to a running container, where its monitor and others see it: an empty file in its volatile directory. The
 * state file is the monitor's alone. A mark goes with the directory when the container ends.
 */
#include "container/home.h"

#include <stdbool.h>

enum mark {
	MARK_PAUSED,  /* all its processes are frozen */
	MARK_STOPPED, /* the user wants it to end: no restart policy starts it again */
};

int mark_set(const struct home *home, const char *id, enum mark mark, bool on);
bool mark_is(const struct home *home, const char *id, enum mark mark);
