/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/number.h"
#include "container/attach.h"
#include "container/container.h"
#include "container/create.h"
#include "container/monitor.h"
#include "container/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_ENGINE_FAILED 125
#define EXIT_BY_SIGKILL    137

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
static int connect_streams(const struct run_options *o, struct attachment *command, struct monitor *monitor)
{
	int sockets[2], r = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return fail_errno("create a pair of sockets");
	command->control = sockets[0];
	monitor->control = sockets[1];
	if (o->detach)
		return 0;
	if (o->interactive && !o->tty)
		r = make_pipe(&monitor->input, &command->input);
	if (r == 0)
		r = make_pipe(&command->output, &monitor->output);
	if (r == 0 && !o->tty)
		r = make_pipe(&command->error, &monitor->error);
	return r;
}

static void monitor_release(struct monitor *m)
{
	cleanup_fd(&m->control);
	cleanup_fd(&m->input);
	cleanup_fd(&m->output);
	cleanup_fd(&m->error);
}

/* Forks the monitor; each side keeps its own ends. Returns its pid, or -errno with words. */
static pid_t fork_monitor(struct monitor *m, struct attachment *a)
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

/* With -d: until it runs. Otherwise: until it has ended. */
static int wait_for_it(const struct run_options *o, struct attachment *a, struct message *ret)
{
	int pidfd, r;

	if (!o->detach)
		return attach_run(a, ret);
	r = message_receive(a->control, ret, &pidfd, 1);
	cleanup_fd(&pidfd);
	return r == 1 ? 0 : fail(-ECONNRESET, "its monitor ended without a word");
}

/*
 * In the foreground with --rm there is a reader already, and the log would vanish with the container: a pipeline must not
 * pay for it (a megabyte of short lines is many megabytes of records).
 */
static bool keeps_log(const struct run_options *o)
{
	return !(o->rm && !o->detach) && (!o->log_driver || strcmp(o->log_driver, "none") != 0);
}

static int run_container(const struct run_options *o, struct container *c, int *ret_exit_code)
{
	struct monitor m = { .container = c,
			     .control = -1,
			     .input = -1,
			     .output = -1,
			     .error = -1,
			     .remove = o->rm,
			     .tty = o->tty,
			     .detached = o->detach,
			     .log = keeps_log(o),
			     .log_options = LOG_OPTIONS_DEFAULT };
	autocall(attachment_release) struct attachment a = ATTACHMENT_NONE;
	struct message end;
	pid_t pid;
	int r;

	a.tty = o->tty;
	a.interactive = o->interactive;
	a.sig_proxy = o->sig_proxy;
	if (!o->detach)
		container_event(c, "attach", NULL);
	r = connect_streams(o, &a, &m);
	pid = r == 0 ? fork_monitor(&m, &a) : r;
	monitor_release(&m);
	if (pid < 0) {
		container_destroy(c, true);
		return pid;
	}
	close(take_fd(&c->lock));   /* it is the monitor's now */
	container_recover(c->home); /* the monitor is at work: time to look for what others left */
	r = wait_for_it(o, &a, &end);
	if (r < 0) {
		struct error_record why;

		error_pack(r, &why);
		(void)waitpid(pid, NULL, 0);
		container_recover(c->home);
		return error_unpack(&why);
	}
	*ret_exit_code = end.exit_code;
	if (end.kind == MESSAGE_FAILED)
		return error_unpack(&end.error);
	if (o->detach)
		printf("%s\n", c->id);
	else
		say_why_killed(c->name, &end);
	return 0;
}

/* Nothing is overwritten: a script that reads it must not be told of another container. */
static int write_cidfile(const char *path, const char *id)
{
	autofd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int r;

	if (fd < 0 && errno == EEXIST)
		return fail_hint(fail(-EEXIST, "container ID file found: %s", path),
				 "make sure the other container isn't running, or delete the file");
	if (fd < 0)
		return fail_errno("create the container ID file %s", path);
	r = fd_write_full(fd, id, strlen(id));
	return r < 0 ? fail_code(r, "write the container ID file %s", path) : 0;
}

static int check_terminal(const struct run_options *o)
{
	if (o->tty && o->interactive && !o->detach && !isatty(STDIN_FILENO))
		return fail_hint(fail(-ENOTTY, "the input device is not a TTY"), "leave -t away when stdin is a file or a pipe");
	return 0;
}

static void set_console_size(const struct run_options *o, struct spec_process *p)
{
	uint16_t rows, columns;

	if (!o->tty || o->detach)
		return;
	terminal_size(isatty(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO, &rows, &columns);
	p->console_height = rows;
	p->console_width = columns;
}

int container_run(const struct home *home, const struct run_options *o, const struct image *image, int *ret_exit_code)
{
	autocall(container_release) struct container c = CONTAINER_NONE;
	int r = check_terminal(o);

	*ret_exit_code = r < 0 ? 1 : EXIT_ENGINE_FAILED; /* Docker's command checks the terminal itself, and answers 1 */
	if (r == 0)
		r = container_create(home, o, image, &c);
	if (r == 0 && o->cidfile) {
		r = write_cidfile(o->cidfile, c.id);
		if (r < 0)
			container_destroy(&c, true);
	}
	if (r < 0)
		return r;
	set_console_size(o, &c.spec.process);
	r = run_container(o, &c, ret_exit_code);
	if (r < 0 && o->cidfile)
		(void)unlink(o->cidfile);
	return r;
}
