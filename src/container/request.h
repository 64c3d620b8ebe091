/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a command asks of the monitor of a running container, over RUNROOT/containers/ID/socket (SOCK_SEQPACKET, in a 0700
 * directory; the peer must be the monitor's own user or root): one connection, one request, one packet. The answers are
 * messages (message.h).
 *
 *	attach   the command's own pipes for output (for stdout, then for stderr) come with it. The answer is MESSAGE_RUNNING with
 *	         the pidfd and, where stdin was asked for, the container's stdin, or the terminal's master; in the end
 *	         MESSAGE_EXITED
 *	look     the mark of a stop was set: a monitor that waits to start the container again looks, and ends. No answer
 *	follow   the record has other networks: the published ports go to where the container's way out is now. The answer is
 *	         MESSAGE_DONE or MESSAGE_FAILED
 */
#include "container/home.h"

#include <stdbool.h>
#include <stddef.h>

enum request_kind { REQUEST_ATTACH, REQUEST_LOOK, REQUEST_FOLLOW };

struct request {
	enum request_kind kind;
	bool in, out, err;
};

/* Command: connects and sends it with @count descriptors; the connection, or -errno (without words when nobody listens). */
int request_send(const struct home *home, const char *id, const struct request *request, const int *fds, size_t count);
/* Monitor: the listening socket in the volatile directory @dir, non-blocking; or -errno with words. */
int request_listen(int dir);
/* Monitor: the next connection, non-blocking; -EAGAIN when there is none; -EPERM (it is closed) for another user's. */
int request_accept(int listening);
/* Monitor: the request of a connection and its descriptors, owned by the caller. 1, 0 when the peer is gone, or -errno. */
int request_receive(int connection, struct request *ret, int ret_fds[2]);
