/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Says go; init's end of the socket is closed by a successful exec, which is our end of file. */
static int let_go(int sync)
{
	int r = sync_send(sync, SYNC_GO, -1);

	if (r < 0)
		return fail_code(r, "tell init to start");
	r = sync_receive(sync, NULL);
	return r > 0 ? fail(-EPROTO, "message %d of init came out of turn", r) : r;
}

int runtime_leave(struct runtime_container *c)
{
	int r = sync_send(c->sync, SYNC_GO, -1);

	return r < 0 ? fail_code(r, "leave init alone") : 0;
}

int runtime_start(struct runtime_container *c)
{
	int r = let_go(c->sync);

	cleanup_fd(&c->sync);
	c->sync = -1;
	return r;
}

int runtime_start_at(int dir, const char *name)
{
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n = snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir, name);

	if (n >= (int)sizeof address.sun_path)
		return fail(-ENAMETOOLONG, "reach init: %s", name);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return fail_errno("reach init");
	return let_go(fd);
}

int runtime_exec_exit_code(int error)
{
	switch (error + RUNTIME_EXEC_ERROR) {
	case -ENOENT:
	case -ENOTDIR:
		return 127;
	case -EACCES:
	case -EPERM:
	case -ENOEXEC:
	case -EISDIR:
	case -ETXTBSY:
		return 126;
	default:
		return error <= -RUNTIME_EXEC_ERROR ? 126 : 125;
	}
}
