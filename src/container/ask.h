/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A request of a command reaches the monitor of its container (request.h). Command process. */
#include "container/handle.h"
#include "container/request.h"

/*
 * Asks its monitor; returns the connection. The monitor of one that runs listens in a moment, if it does not yet; -ESRCH without
 * words for one that ended meanwhile.
 */
int ask_monitor(struct handle *h, const struct request *request, const int *fds, size_t count);
