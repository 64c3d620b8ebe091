/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The foreground of `run` and `exec`: passes signals on, relays the terminal, waits. Without a terminal the process has
 * the caller's own 0, 1 and 2 and nothing is relayed.
 */
#include "runtime/runtime.h"

/*
 * @notify: the socket of oci/notify.h, or -1. Waits for the end of @container->pid, a child of this process. @container->console,
 * when there is one, is relayed to and from this process's terminal, which is in raw mode meanwhile and put back in any case.
 * *@ret_status is the exit code, or 128 + signal.
 */
int attach_wait(struct runtime_container *container, int notify, int *ret_status);
/*
 * The process starts with a terminal as large as this process's own: set before it begins, for it may look at once. What the
 * spec says counts where there is no terminal here.
 */
void attach_console_size(struct spec_process *p);
