/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The process that keeps one of a container's further processes: a fork of `hoy exec` that starts it, is its parent, and waits for
 * its end, however the command ends. It tells the journal of events (exec_create, exec_start, exec_detach, exec_die) and lists it
 * (exec_list.h). To the command it talks as a monitor does (message.h): MESSAGE_RUNNING or MESSAGE_FAILED, and MESSAGE_EXITED.
 */
#include "container/handle.h"
#include "container/message.h"
#include "runtime/exec.h"

#include <stdbool.h>

/* All borrowed. */
struct exec_keeper {
	const struct handle *container;
	const char *id; /* of the exec; EXEC_ID_MAX */
	const struct strv *command;
	const struct runtime_exec *exec;
	bool detached; /* no command stays */
	bool bound;    /* the process dies with the command */
};

/*
 * Forks it and waits until the process runs: 0 with its pidfd, its terminal's master or -1, and the socket to the keeper, all the
 * caller's. Otherwise nothing runs, and the words and codes are those of runtime_exec.
 */
int exec_keeper_start(const struct exec_keeper *k, int *ret_pidfd, int *ret_console, int *ret_socket);
/* The command detaches: the process goes on, and its terminal stays open. */
void exec_keeper_detach(int socket);
/* After the process's end: its exit code. -ECONNRESET with words when somebody killed the keeper, and nobody knows it. */
int exec_keeper_wait(int socket, int *ret_exit_code);
