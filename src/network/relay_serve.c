/* SPDX-License-Identifier: Apache-2.0 */
#include "network/relay_serve.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/idle.h"
#include "base/loop.h"
#include "base/memory.h"
#include "kernel/sandbox.h"
#include "network/relay_datagram.h"
#include "network/relay_stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define IDLE_MS 90000 /* as long as Docker's proxy remembers a client of UDP */

struct relay {
	const struct ports *ports;
	struct relay_streams streams;
	struct relay_datagrams datagrams;
};

static int on_client(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct relay *relay = data;
	const struct port_listener *l = relay->ports->listeners;

	(void)loop;
	(void)events;
	while (l->fd != fd)
		l++;
	return l->protocol == IPPROTO_UDP ? relay_datagram_receive(&relay->datagrams, l) : relay_stream_accept(&relay->streams, l);
}

/* Of its maker's it keeps the sockets that it listens on. */
static void detach(const struct ports *p)
{
	autofree int *keep = xcalloc(p->listener_count, sizeof *keep);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct rlimit files;
	sigset_t none;

	for (size_t i = 0; i < p->listener_count; i++)
		keep[i] = p->listeners[i].fd;
	(void)prctl(PR_SET_NAME, "hoy-relay");
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd);
	(void)fd_close_from(3, keep, p->listener_count);
	/* a thousand ports leave no descriptor for a client within the usual limit */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	if (chdir("/") < 0)
		_exit(1);
}

static bool has_sctp(const struct ports *p)
{
	for (size_t i = 0; i < p->listener_count; i++)
		if (p->listeners[i].protocol == IPPROTO_SCTP)
			return true;
	return false;
}

_Noreturn void relay_serve(const struct address *to, const struct ports *p, pid_t parent)
{
	struct relay *relay = xcalloc(1, sizeof *relay);
	struct loop *loop;
	int r;

	detach(p);
	r = sandbox_relay(has_sctp(p));
	if (getppid() != parent || r < 0 || loop_new(&loop) < 0)
		_exit(1);
	loop_set_wait(loop, idle_wait);
	relay->ports = p;
	relay->streams = (struct relay_streams){ .loop = loop, .to = to };
	relay->datagrams.loop = loop;
	relay->datagrams.to = to;
	relay->datagrams.idle_ms = IDLE_MS;
	for (size_t i = 0; r == 0 && i < p->listener_count; i++)
		r = loop_watch(loop, p->listeners[i].fd, EPOLLIN, on_client, relay);
	if (r == 0)
		r = loop_run(loop);
	_exit(r < 0);
}
