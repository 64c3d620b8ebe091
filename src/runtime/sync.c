/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/sync.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/names.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct message {
	uint32_t kind;
	struct error_record error; /* only sent with SYNC_FAILED */
};

int sync_open(int ret[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0 ? fail_errno("create a socket pair") : 0;
}

int sync_send(int sync, enum sync_kind kind, int fd)
{
	uint32_t word = (uint32_t)kind;

	return fd_send(sync, &word, sizeof word, &fd, fd >= 0);
}

void sync_fail(int sync, int code)
{
	struct message m;

	memset(&m, 0, sizeof m);
	m.kind = SYNC_FAILED;
	error_pack(code, &m.error);
	(void)fd_send(sync, &m, sizeof m, NULL, 0);
}

int sync_receive(int sync, int *ret_fd)
{
	struct message m;
	int fd = -1;
	ssize_t n = fd_receive(sync, &m, sizeof m, &fd, 1);

	/* init that dies with our last message unread resets the connection; its own last words are behind that */
	if (n == -ECONNRESET)
		n = fd_receive(sync, &m, sizeof m, &fd, 1);
	if (n == (ssize_t)sizeof m && m.kind == SYNC_FAILED) {
		cleanup_fd(&fd);
		return error_unpack(&m.error);
	}
	if (n == (ssize_t)sizeof m.kind && m.kind <= SYNC_LISTENER) {
		if (ret_fd)
			*ret_fd = fd;
		else
			cleanup_fd(&fd);
		return (int)m.kind;
	}
	cleanup_fd(&fd);
	if (n == 0 || n == -ECONNRESET)
		return 0;
	return n < 0 ? fail_code((int)n, "read from init") : fail(-EPROTO, "init sent an unknown message");
}

int sync_expect(int sync, enum sync_kind kind)
{
	int r = sync_receive(sync, NULL);

	if (r < 0)
		return r;
	if (r == 0)
		return -EPIPE;
	return r == (int)kind ? 0 : fail(-EPROTO, "message %d of init came out of turn", r);
}

int sync_silence(pid_t pid, int pidfd)
{
	siginfo_t info = { 0 };

	/* not reaped: whoever owns the child does that */
	if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOWAIT) < 0)
		return fail(-EPIPE, "init (process %d) was gone before it could report", pid);
	if (info.si_code == CLD_EXITED)
		return fail(-EPIPE, "init ended with code %d before it could report", info.si_status);
	return fail(-EPIPE, "init was killed before it could report (%s%s)", names_signal_of(info.si_status),
		    info.si_status == SIGKILL ? "; out of memory?" : "");
}
