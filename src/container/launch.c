/* SPDX-License-Identifier: Apache-2.0 */
#include "container/launch.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "container/attach.h"
#include "container/container.h"
#include "container/monitor.h"
#include "container/terminal.h"
#include "container/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_BY_SIGKILL 137

static int make_pipe(int *ret_read, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("create a pipe");
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}

/*
 * Both ends of what connects command and monitor, made before the fork. stdin without a terminal is the container's own
 * pipe, so that its bytes pass no third process and its end is seen at once.
 */
static int connect_streams(const struct launch *l, struct attachment *command, struct order *monitor)
{
	bool tty = l->container->plan.tty;
	int sockets[2], r = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return fail_errno("create a pair of sockets");
	command->control = sockets[0];
	monitor->control = sockets[1];
	if (l->in && !tty)
		r = make_pipe(&monitor->input, &command->input);
	if (r == 0 && l->in && !tty && !l->container->plan.stdin_once) {
		monitor->input_end = fcntl(command->input, F_DUPFD_CLOEXEC, 3);
		if (monitor->input_end < 0)
			r = fail_errno("duplicate a pipe");
	}
	if (r == 0 && l->out)
		r = make_pipe(&command->output, &monitor->output);
	if (r == 0 && l->err && !tty)
		r = make_pipe(&command->error, &monitor->error);
	return r;
}

static void monitor_release(struct order *m)
{
	cleanup_fd(&m->control);
	cleanup_fd(&m->input);
	cleanup_fd(&m->input_end);
	cleanup_fd(&m->output);
	cleanup_fd(&m->error);
}

/* Forks the monitor; each side keeps its own ends. Returns its pid, or -errno with words. */
static pid_t fork_monitor(struct order *m, struct attachment *a)
{
	pid_t pid;

	fflush(NULL); /* what is buffered must not be written twice */
	attach_hold_signals();
	pid = fork();
	if (pid == 0) {
		attachment_release(a);
		monitor_run(m);
	}
	return pid < 0 ? fail_errno("fork the monitor") : pid;
}

/* "100 MiB", or a smaller unit where it is not a round number. */
static const char *limit_text(uint64_t bytes, char text[NUMBER_TEXT_MAX])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	while (bytes && bytes % 1024 == 0 && unit + 1 < ARRAY_SIZE(units)) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, NUMBER_TEXT_MAX, "%" PRIu64 " %s", bytes, units[unit]);
	return text;
}

static void say_why_killed(const char *name, const struct message *end)
{
	char text[NUMBER_TEXT_MAX];

	if (!end->oom_killed || end->exit_code != EXIT_BY_SIGKILL)
		return;
	if (end->memory_limit)
		fprintf(stderr, "hoy: %s was killed: it went over its memory limit of %s\n", name,
			limit_text(end->memory_limit, text));
	else
		fprintf(stderr, "hoy: %s was killed: there was no memory left\n", name);
}

/* Until it runs; or, for who is attached, until it has ended, or 1 when the user detached. */
static int wait_for_it(const struct launch *l, struct attachment *a, struct message *ret)
{
	int pidfd, r;

	if (launch_attaches(l))
		return attach_run(a, ret);
	r = message_receive(a->control, ret, &pidfd, 1);
	cleanup_fd(&pidfd);
	return r == 1 ? 0 : fail(-ECONNRESET, "its monitor ended without a word");
}

/*
 * In the foreground with --rm there is a reader already, and the log would vanish with the container: a pipeline must not
 * pay for it (a megabyte of short lines is many megabytes of records).
 */
static bool keeps_log(const struct launch *l)
{
	return l->container->plan.log != LOG_DRIVER_NONE && !(l->container->plan.auto_remove && l->out && l->err);
}

static void set_console_size(const struct launch *l)
{
	struct spec_process *p = &l->container->spec.process;
	uint16_t rows, columns;

	if (!l->container->plan.tty || !launch_attaches(l))
		return;
	terminal_size(isatty(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO, &rows, &columns);
	p->console_height = rows;
	p->console_width = columns;
}

bool launch_attaches(const struct launch *l)
{
	return l->in || l->out || l->err;
}

int launch(const struct launch *l, int *ret_exit_code)
{
	struct container *c = l->container;
	struct order m = { .container = c,
			   .before = l->before,
			   .control = -1,
			   .input = -1,
			   .input_end = -1,
			   .output = -1,
			   .error = -1,
			   .detached = !launch_attaches(l),
			   .log = keeps_log(l),
			   .log_options = c->plan.log_options };
	autocall(attachment_release) struct attachment a = ATTACHMENT_NONE;
	struct message end;
	pid_t pid;
	int r;

	set_console_size(l);
	a.tty = c->plan.tty;
	a.interactive = l->in;
	a.sig_proxy = l->sig_proxy;
	a.keys = l->keys;
	if (launch_attaches(l))
		container_event(c, "attach", NULL);
	r = connect_streams(l, &a, &m);
	pid = r == 0 ? fork_monitor(&m, &a) : r;
	monitor_release(&m);
	if (pid < 0) {
		container_destroy(c, true);
		return pid;
	}
	close(take_fd(&c->lock));   /* it is the monitor's now */
	container_recover(c->home); /* the monitor is at work: time to look for what others left */
	r = wait_for_it(l, &a, &end);
	if (r < 0) {
		struct error_record why;

		error_pack(r, &why);
		(void)waitpid(pid, NULL, 0);
		undo_wait(c->home, c->id);
		container_recover(c->home);
		return error_unpack(&why);
	}
	*ret_exit_code = r == 1 ? 0 : end.exit_code;
	if (r == 1) {
		/* by keys: who is attached to stdin alone goes with its end, and is no event of Docker's */
		if (l->out || l->err)
			container_event(c, "detach", NULL);
		return 0;
	}
	if (end.kind == MESSAGE_FAILED)
		return error_unpack(&end.error);
	if (launch_attaches(l))
		say_why_killed(c->name, &end);
	return 0;
}
