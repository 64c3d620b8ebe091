/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a user does to a container that is there: signals, stop, pause, wait, remove, rename. Command process. Words do not
 * name the container. Nothing here holds a lock while it waits for a container to end.
 */
#include "container/handle.h"

#include <stdbool.h>
#include <stdint.h>

/* Sends the signal to pid 1. -ESRCH with words when it does not run. */
int control_signal(struct handle *h, int number);
/*
 * Its stop signal, then SIGKILL after @timeout seconds (-1: never); returns when it has ended and its record says so. One
 * that does not run is stopped already.
 */
int control_stop(struct handle *h, int number, int64_t timeout);
/* SIGKILL to everything in it, paused or not, and waits for its record. */
int control_kill_all(struct handle *h);
/* Waits until it has ended, though a restart policy may start it again. The state, with its exit code, is read again. */
int control_wait_end(struct handle *h);
/* Waits until it does not run (and its monitor is done with it). The state is read again. */
int control_wait(struct handle *h);
/* Freezes or thaws all its processes. */
int control_pause(struct handle *h, bool paused);
/*
 * Removes it with all it wrote. -EBUSY with Docker's words when it runs, unless @force, which kills it first. Two at once:
 * one removes it, the other one finds it removed, which is no error.
 */
int control_remove(struct handle *h, bool force, bool volumes);
int control_rename(struct handle *h, const char *name);
