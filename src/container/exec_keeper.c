/* SPDX-License-Identifier: Apache-2.0 */
#include "container/exec_keeper.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/idle.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/process.h"
#include "container/exec_list.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct keeping {
	const struct exec_keeper *k;
	struct loop *loop;
	struct runtime_container process;
	int socket; /* to the command; -1: it is gone */
	int listed;
};

/* "exec_start: sh -c true", as Docker's; with the number that its exec got. */
static void tell_command(const struct exec_keeper *k, const char *action)
{
	autofree char *command = strv_join(k->command, " "), *text = xasprintf("%s: %s", action, command);

	handle_event(k->container, text, (const char *const[]){ "execID", k->id, NULL });
}

static void tell_end(const struct exec_keeper *k, int exit_code)
{
	char text[16];

	snprintf(text, sizeof text, "%d", exit_code);
	handle_event(k->container, "exec_die", (const char *const[]){ "execID", k->id, "exitCode", text, NULL });
}

static void close_console(struct keeping *g)
{
	loop_unwatch(g->loop, g->process.console);
	close(take_fd(&g->process.console));
}

/* A terminal that has no user any more must be read, or whoever writes on it waits for ever. */
static int on_console(struct loop *loop, int fd, uint32_t events, void *data)
{
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof bytes);

	(void)loop;
	(void)events;
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		close_console(data);
	return 0;
}

static int drain(struct keeping *g)
{
	return g->process.console < 0 ? 0 : loop_watch(g->loop, g->process.console, EPOLLIN, on_console, g);
}

/* It said that it detaches, or was killed: then what has its terminal is hung up, as by any terminal that goes away. */
static int on_command(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct keeping *g = data;
	struct message m;
	int none[1], r = message_receive(fd, &m, none, 0);

	(void)events;
	if (r > 0 && m.kind == MESSAGE_DETACHED) {
		handle_event(g->k->container, "exec_detach", (const char *const[]){ "execID", g->k->id, NULL });
		r = drain(g);
	} else if (g->process.console >= 0) {
		close_console(g);
	}
	loop_unwatch(loop, fd);
	close(take_fd(&g->socket));
	if (g->k->bound)
		(void)syscall(SYS_pidfd_send_signal, g->process.pidfd, SIGKILL, NULL, 0);
	return r < 0 ? r : 0;
}

static int on_end(struct loop *loop, int fd, uint32_t events, void *data)
{
	(void)fd;
	(void)events;
	(void)data;
	loop_stop(loop, 0);
	return 0;
}

static int wait_for_end(struct keeping *g)
{
	int r = loop_new(&g->loop);

	if (r < 0)
		return r;
	loop_set_wait(g->loop, idle_wait);
	r = loop_watch(g->loop, g->process.pidfd, EPOLLIN, on_end, g);
	if (r == 0 && g->socket >= 0)
		r = loop_watch(g->loop, g->socket, EPOLLIN, on_command, g);
	if (r == 0 && g->k->detached)
		r = drain(g);
	return r == 0 ? loop_run(g->loop) : r;
}

/* Nothing of the command's is held open from here on: no stream, no directory but the one that events and lists are in. */
static void settle(const struct keeping *g)
{
	int keep[] = { g->k->container->home->running, g->socket, g->listed, g->process.pidfd, g->process.console };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; null >= 0 && i < 3; i++)
		(void)dup2(null, i);
	(void)fd_close_from(3, keep, ARRAY_SIZE(keep));
	(void)!chdir("/");
}

static int start(struct keeping *g)
{
	const struct exec_keeper *k = g->k;
	const struct handle *h = k->container;
	struct message running = { .kind = MESSAGE_RUNNING };
	int r = g->listed = exec_list_add(h->home, h->record.id, k->id), fds[2];

	if (r == -ENOENT)
		return fail(-ESRCH, "container %s is not running", h->record.name);
	if (r < 0)
		return r;
	/* Docker's order: what cannot be started has begun all the same, and does not die */
	tell_command(k, "exec_create");
	tell_command(k, "exec_start");
	r = runtime_exec(k->exec, &g->process);
	if (r < 0)
		return r;
	fds[0] = g->process.pidfd;
	fds[1] = g->process.console;
	/* where it fails the command is gone, which is seen in a moment */
	(void)message_send(g->socket, &running, fds, g->process.console >= 0 ? 2 : 1);
	if (k->detached)
		close(take_fd(&g->socket));
	return 0;
}

static _Noreturn void keep(const struct exec_keeper *k, int socket)
{
	struct keeping g = { .k = k, .process = RUNTIME_CONTAINER_NONE, .socket = socket, .listed = -1 };
	struct message last = { .kind = MESSAGE_EXITED };
	int status = 0, r;

	(void)setsid();
	(void)prctl(PR_SET_NAME, "hoy-exec");
	r = start(&g);
	if (r < 0) {
		last.kind = MESSAGE_FAILED;
		error_pack(r, &last.error);
	} else {
		settle(&g);
		(void)wait_for_end(&g);
		while (waitpid(g.process.pid, &status, 0) < 0 && errno == EINTR)
			;
		last.exit_code = process_exit_code(status);
		tell_end(k, last.exit_code);
	}
	exec_list_remove(k->container->home, k->container->record.id, k->id);
	if (g.socket >= 0)
		(void)message_send(g.socket, &last, NULL, 0);
	_exit(0);
}

/* What the keeper says next; words when it is gone. */
static int hear(int socket, struct message *ret, int fds[2])
{
	int r = message_receive(socket, ret, fds, 2);

	if (r < 0)
		return fail_code(r, "hear from the process that keeps it");
	return r ? 0 : fail(-ECONNRESET, "the process that keeps it ended without a word");
}

int exec_keeper_start(const struct exec_keeper *k, int *ret_pidfd, int *ret_console, int *ret_socket)
{
	autofd int mine = -1, its = -1;
	int pair[2], fds[2] = { -1, -1 }, r;
	struct message m;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno("create a socket");
	mine = pair[0];
	its = pair[1];
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(mine);
		keep(k, its);
	}
	if (pid < 0)
		return fail_errno("fork");
	close(take_fd(&its));
	r = hear(mine, &m, fds);
	if (r == 0 && m.kind == MESSAGE_FAILED)
		r = error_unpack(&m.error);
	if (r < 0)
		return r;
	*ret_pidfd = fds[0];
	*ret_console = fds[1];
	*ret_socket = take_fd(&mine);
	return 0;
}

void exec_keeper_detach(int socket)
{
	struct message m = { .kind = MESSAGE_DETACHED };
	int fds[2];

	/* its end of the socket is closed when it has taken over */
	if (message_send(socket, &m, NULL, 0) == 0)
		(void)message_receive(socket, &m, fds, 2);
}

int exec_keeper_wait(int socket, int *ret_exit_code)
{
	struct message m;
	int fds[2], r = hear(socket, &m, fds);

	if (r == 0)
		*ret_exit_code = m.exit_code;
	return r;
}
