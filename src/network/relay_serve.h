/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The process of relay.h: what comes to each listener is carried on, in a cage, until the process is killed. */
#include "network/port.h"

#include <sys/types.h>

/* In a child of @parent's: becomes the relay of @p's listeners to the container's address @to. */
_Noreturn void relay_serve(const struct address *to, const struct ports *p, pid_t parent);
