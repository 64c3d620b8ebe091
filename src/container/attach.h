/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The command while a container runs in the foreground: passes the user's stdin, signals and window size in, and the
 * container's output out, until the monitor says how it ended. Input goes straight into the container's pipe or pty;
 * output comes through the monitor. Command process.
 */
#include "container/detach_keys.h"
#include "container/message.h"

#include <stdbool.h>
#include <sys/types.h>

struct attachment {
	int control;       /* to the monitor */
	int input;         /* the container's stdin, a pipe's end; -1: none, or a terminal's master (which the monitor sends) */
	int output, error; /* what the container writes; -1: none */
	bool tty, interactive, sig_proxy;
	bool redraw;                    /* the terminal was in use before: what runs on it is to draw itself again */
	const struct detach_keys *keys; /* of a terminal; NULL: none */
};
#define ATTACHMENT_NONE ((struct attachment){ .control = -1, .input = -1, .output = -1, .error = -1 })

void attachment_release(struct attachment *a);
/* From here on signals wait for attach_run, which passes them on; call it before the monitor is forked. */
void attach_hold_signals(void);
/* For the monitor: as they were before. */
void attach_free_signals(void);
/*
 * The same for a process that is the caller's own child (`hoy exec`): until @pidfd ends and its output is written. @console
 * is its terminal's master, or -1; the attachment has no control socket. Returns 0 and leaves the child to be reaped; 1 when the
 * user detached.
 */
int attach_child(struct attachment *a, int pidfd, int console);
/*
 * Runs until the container has ended (or could not be started) and all its output is written. The terminal is restored
 * whatever happens, but for SIGKILL. Returns 0 with the monitor's last message, or -ECONNRESET with words when the monitor
 * vanished; 1 when the user detached (with a terminal, by its keys; of stdin alone, by its end).
 */
int attach_run(struct attachment *a, struct message *ret_last);
