/* SPDX-License-Identifier: Apache-2.0 */
#include "container/request.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_NAME "socket"
#define WAITING_MAX 64

/* By descriptor: the path of the volatile directory may be longer than an address can be. */
static struct sockaddr_un address_in(int dir)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof a.sun_path, "/proc/self/fd/%d/" SOCKET_NAME, dir);
	return a;
}

int request_send(const struct home *home, const char *id, const struct request *request, const int *fds, size_t count)
{
	autofd int dir = openat(home->running, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = address_in(dir);
	int r;

	if (dir < 0 || fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -errno;
	r = fd_send(fd, request, sizeof *request, fds, count);
	return r < 0 ? r : take_fd(&fd);
}

int request_listen(int dir)
{
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = address_in(dir);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, WAITING_MAX) < 0)
		return fail_errno("listen on the monitor's socket");
	return take_fd(&fd);
}

int request_accept(int listening)
{
	autofd int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || (peer.uid != 0 && peer.uid != geteuid()))
		return -EPERM;
	return take_fd(&fd);
}

int request_receive(int connection, struct request *ret, int ret_fds[2])
{
	struct request request;
	ssize_t n = fd_receive(connection, &request, sizeof request, ret_fds, 2);

	if (n == -ECONNRESET)
		n = 0;
	if (n <= 0)
		return (int)n;
	if (n != sizeof request) {
		cleanup_fd(&ret_fds[0]);
		cleanup_fd(&ret_fds[1]);
		return -EPROTO;
	}
	*ret = request;
	return 1;
}
