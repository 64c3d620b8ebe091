/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/notify.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DIRECTORY      "notify"
#define SOCKET         DIRECTORY "/notify.sock"
#define INSIDE         "/run/notify"
#define MESSAGE_MAX    4096
#define BARRIER_MAX_MS 30000 /* as long as sd_notify's own callers wait */

const char *notify_host(void)
{
	const char *host = getenv("NOTIFY_SOCKET");

	return host && *host ? host : NULL;
}

int notify_prepare(const struct oci *oci, const char *id, int dir, struct spec *spec)
{
	autofree char *root = realpath(oci->root, NULL);
	struct spec_mount *m;

	if (!root)
		return fail_errno("resolve %s", oci->root);
	if (mkdirat(dir, DIRECTORY, 0755) < 0)
		return fail_errno("make the directory of the notify socket");
	m = spec_grow(&spec->mounts);
	m->destination = xstrdup(INSIDE);
	m->source = xasprintf("%s/%s/" DIRECTORY, root, id);
	strv_split(&m->options, "bind,nosuid,noexec,nodev,ro", ',');
	strv_env_set(&spec->process.env, "NOTIFY_SOCKET=" INSIDE "/notify.sock");
	return 0;
}

int notify_bind(int dir)
{
	autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" SOCKET, dir);
	if (fd < 0)
		return fail_errno("make the notify socket");
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("make the notify socket");
	/* whoever the service runs as */
	if (fchmodat(dir, SOCKET, 0777, 0) < 0)
		return fail_errno("open the notify socket to the service");
	return take_fd(&fd);
}

/* Path or, with an @, abstract name. */
static int connect_host(const char *host)
{
	autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(host);

	if (len >= sizeof address.sun_path)
		return fail(-ENAMETOOLONG, "$NOTIFY_SOCKET: it is longer than a socket's name can be");
	memcpy(address.sun_path, host, len);
	if (host[0] == '@')
		address.sun_path[0] = '\0';
	len += offsetof(struct sockaddr_un, sun_path) + (host[0] == '@' ? 0 : 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, (socklen_t)len) < 0)
		return fail_errno("connect to $NOTIFY_SOCKET %s", host);
	return take_fd(&fd);
}

/* Waits until the manager has read all that was sent: whom a message is from is looked up while the sender lives. */
static void wait_until_read(int host)
{
	static const char barrier[] = "BARRIER=1";
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	if (fd_send(host, barrier, strlen(barrier), &ends[1], 1) == 0) {
		struct pollfd closed = { .fd = ends[0] };

		close(take_fd(&ends[1]));
		(void)poll(&closed, 1, BARRIER_MAX_MS);
	}
	cleanup_fd(&ends[1]);
	close(ends[0]);
}

static int tell_host(const char *ready, pid_t main_pid)
{
	autofd int host = connect_host(notify_host());

	if (host < 0)
		return host;
	if (send(host, ready, strlen(ready), MSG_NOSIGNAL) < 0)
		return fail_errno("write to $NOTIFY_SOCKET");
	if (main_pid > 0) {
		autofree char *text = xasprintf("MAINPID=%d", main_pid);

		if (send(host, text, strlen(text), MSG_NOSIGNAL) < 0)
			return fail_errno("write to $NOTIFY_SOCKET");
		wait_until_read(host);
	}
	return 0;
}

int notify_forward(int socket, pid_t main_pid)
{
	char text[MESSAGE_MAX + 1], *save = NULL;
	ssize_t n = recv(socket, text, MESSAGE_MAX, 0);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : fail_errno("read from the notify socket");
	text[n] = '\0';
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "READY=", 6) == 0) {
			int r = tell_host(line, main_pid);

			return r < 0 ? r : 1;
		}
	return 0;
}

int notify_wait(int socket, int pidfd, pid_t main_pid)
{
	struct pollfd both[] = { { .fd = socket, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };

	for (;;) {
		int r;

		if (poll(both, 2, -1) < 0 && errno != EINTR)
			return fail_errno("wait for the service to be ready");
		if (both[0].revents) {
			r = notify_forward(socket, main_pid);
			if (r != 0)
				return r < 0 ? r : 0;
		} else if (both[1].revents) {
			return 0;
		}
	}
}
