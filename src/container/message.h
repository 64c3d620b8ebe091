/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the monitor tells the command, over a SOCK_SEQPACKET pair made before the fork: one message is one packet. The
 * command sees the end of the socket when the monitor is gone, and the monitor when the command is.
 */
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum message_kind {
	MESSAGE_RUNNING,  /* the command of the container executes; with its pidfd and, with -t, the pty's master */
	MESSAGE_FAILED,   /* it could not be started; exit_code and error say why. Nothing is left, and nothing follows */
	MESSAGE_DONE,     /* what was asked for is done; nothing follows */
	MESSAGE_EXITED,   /* it has ended, and everything of it is cleaned up */
	MESSAGE_DETACHED, /* from the command, to the keeper of an exec: it leaves, and the process goes on */
};

struct message {
	enum message_kind kind;
	int exit_code;
	bool oom_killed;
	uint64_t memory_limit;     /* bytes, with oom_killed */
	uint64_t skipped;          /* bytes of output that the one it is told read too slowly (guest.h) */
	struct error_record error; /* only with MESSAGE_FAILED: the others are sent without it */
};

/* Sends it with @count descriptors. 0, or -EPIPE when the other side is gone (without words). */
int message_send(int socket, const struct message *m, const int *fds, size_t count);
/*
 * Receives one, and at most @max descriptors (owned by the caller; -1 where none came). Returns 1, 0 when the other side is
 * gone, or -errno.
 */
int message_receive(int socket, struct message *ret, int *ret_fds, size_t max);
