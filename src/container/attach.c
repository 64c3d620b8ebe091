/* SPDX-License-Identifier: Apache-2.0 */
#include "container/attach.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/loop.h"
#include "base/memory.h"
#include "container/pump.h"
#include "container/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Signals that are not passed on: those of the command's own children, sockets and faults, and those by which a terminal
 * stops a program in the background (Ctrl-Z stops the command; SIGTTIN and SIGTTOU do by themselves).
 */
static const int kept[] = { SIGCHLD, SIGPIPE, SIGURG,  SIGTTIN, SIGTTOU, SIGSEGV, SIGBUS,
			    SIGFPE,  SIGILL,  SIGTRAP, SIGABRT, SIGSYS,  SIGKILL, SIGSTOP };

#define DRAIN_MS 200
#define DETACHED 1

struct client {
	struct attachment *a;
	struct loop *loop;
	struct terminal terminal;
	int signals, pidfd, console;
	struct pump in, out, err;
	struct detach_keys keys;
	struct message last;
	bool ended;
};

void attachment_release(struct attachment *a)
{
	cleanup_fd(&a->control);
	cleanup_fd(&a->input);
	cleanup_fd(&a->output);
	cleanup_fd(&a->error);
	*a = ATTACHMENT_NONE;
}

static void passed_signals(sigset_t *ret)
{
	sigfillset(ret);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		sigdelset(ret, kept[i]);
}

void attach_hold_signals(void)
{
	sigset_t set;

	passed_signals(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

void attach_free_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
}

/* As if nobody had held it: the process ends by @number, if that is what the signal does. */
static void die_by(struct client *c, int number)
{
	sigset_t one;

	terminal_restore(&c->terminal);
	(void)signal(number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, number);
	(void)kill(getpid(), number);
	(void)sigprocmask(SIG_UNBLOCK, &one, NULL);
	(void)sigprocmask(SIG_BLOCK, &one, NULL);
}

static void stop_here(struct client *c)
{
	bool raw = c->terminal.raw;

	terminal_restore(&c->terminal);
	(void)kill(getpid(), SIGSTOP);
	if (raw)
		(void)terminal_raw(&c->terminal);
	if (c->console >= 0)
		terminal_copy_size(STDIN_FILENO, c->console);
}

static int on_signal(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct client *c = data;
	struct signalfd_siginfo info;
	int number;

	(void)loop;
	(void)events;
	if (read(fd, &info, sizeof info) != sizeof info)
		return 0;
	number = (int)info.ssi_signo;
	if (number == SIGTSTP)
		stop_here(c);
	else if (number == SIGWINCH && c->console >= 0)
		terminal_copy_size(STDIN_FILENO, c->console);
	else if (number == SIGWINCH || number == SIGCONT)
		return 0;
	else if (!c->a->sig_proxy || c->pidfd < 0)
		die_by(c, number);
	else
		(void)syscall(SYS_pidfd_send_signal, c->pidfd, number, NULL, 0); /* ESRCH: it has ended, which we hear soon */
	return 0;
}

/* All is over when the monitor said so and every byte is written. */
static void check_end(struct client *c)
{
	if (c->ended && !c->out.running && !c->err.running)
		loop_stop(c->loop, 0);
}

static int on_input_end(struct loop *loop, struct pump *p, int result)
{
	struct client *c = p->data;

	cleanup_fd(&c->a->input); /* end of file for the container; a terminal's end is a key, not this */
	c->a->input = -1;
	/* who is attached to stdin alone has nothing else to wait for */
	if (result == -ECANCELED || (c->a->control >= 0 && c->a->output < 0 && c->a->error < 0))
		loop_stop(loop, DETACHED);
	return 0;
}

static bool on_typed(void *data, const char *bytes, size_t len, char *out, size_t *ret_len)
{
	struct client *c = data;

	return detach_keys_pass(&c->keys, bytes, len, out, ret_len);
}

static int on_output_end(struct loop *loop, struct pump *p, int result)
{
	struct client *c = p->data;
	int *from = p == &c->out ? &c->a->output : &c->a->error;

	(void)loop;
	(void)result;
	/* when nobody reads what we write, the monitor learns it by this, and the container by the monitor */
	close(take_fd(from));
	check_end(c);
	return 0;
}

static int start_output(struct client *c, struct pump *p, int from, int to)
{
	if (from < 0)
		return 0;
	p->from = from;
	p->to = to;
	p->ended = on_output_end;
	p->data = c;
	return pump_start(c->loop, p);
}

static int on_running(struct client *c)
{
	struct attachment *a = c->a;
	int r = 0;

	if (a->tty && a->interactive) {
		c->terminal.fd = STDIN_FILENO;
		r = terminal_raw(&c->terminal);
	}
	if (c->console >= 0 && a->redraw)
		terminal_nudge(c->console);
	if (c->console >= 0)
		terminal_copy_size(isatty(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO, c->console);
	if (r == 0 && a->interactive) {
		c->in = (struct pump){
			.from = STDIN_FILENO, .to = a->tty ? c->console : a->input, .ended = on_input_end, .data = c
		};
		if (a->tty && a->keys && a->keys->count) {
			c->keys = *a->keys;
			c->in.filter = on_typed;
		}
		if (c->in.to >= 0)
			r = pump_start(c->loop, &c->in);
	}
	return r;
}

static int on_control(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct client *c = data;
	int fds[2], r;

	(void)events;
	r = message_receive(fd, &c->last, fds, 2);
	if (r <= 0) {
		loop_unwatch(loop, fd);
		return fail(-ECONNRESET, "its monitor ended without a word");
	}
	if (c->last.kind == MESSAGE_RUNNING) {
		c->pidfd = fds[0];
		if (c->a->tty)
			c->console = fds[1];
		else if (fds[1] >= 0)
			c->a->input = fds[1];
		return on_running(c);
	}
	c->ended = true;
	loop_unwatch(loop, fd);
	pump_stop(loop, &c->in);
	check_end(c);
	return 0;
}

static int stop_waiting(struct loop *loop, void *data)
{
	(void)data;
	loop_stop(loop, 0);
	return 0;
}

/*
 * A child of our own has ended: what it wrote is still in its pipes. What it left running may hold them open for ever, so
 * their end is not waited for long.
 */
static int on_child(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct client *c = data;

	(void)events;
	loop_unwatch(loop, fd);
	c->ended = true;
	pump_stop(loop, &c->in);
	(void)loop_after(loop, DRAIN_MS, stop_waiting, c);
	check_end(c);
	return 0;
}

static int watch_all(struct client *c)
{
	sigset_t set;
	int r;

	passed_signals(&set);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (c->signals < 0)
		return fail_errno("watch for signals");
	r = loop_watch(c->loop, c->signals, EPOLLIN, on_signal, c);
	if (r == 0 && c->a->control >= 0)
		r = loop_watch(c->loop, c->a->control, EPOLLIN, on_control, c);
	else if (r == 0)
		r = loop_watch(c->loop, c->pidfd, EPOLLIN, on_child, c);
	if (r == 0)
		r = start_output(c, &c->out, c->a->output, STDOUT_FILENO);
	return r == 0 ? start_output(c, &c->err, c->a->error, STDERR_FILENO) : r;
}

static int run_client(struct client *c)
{
	int r = loop_new(&c->loop);

	if (r == 0)
		r = watch_all(c);
	if (r == 0 && c->a->control < 0)
		r = on_running(c);
	if (r == 0)
		r = loop_run(c->loop);
	terminal_restore(&c->terminal);
	loop_free(&c->loop);
	cleanup_fd(&c->signals);
	return r;
}

int attach_child(struct attachment *a, int pidfd, int console)
{
	struct client c = { .a = a, .terminal = TERMINAL_NONE, .signals = -1, .pidfd = pidfd, .console = console };

	return run_client(&c);
}

int attach_run(struct attachment *a, struct message *ret_last)
{
	struct client c = { .a = a, .terminal = TERMINAL_NONE, .signals = -1, .pidfd = -1, .console = -1 };
	int r = run_client(&c);

	cleanup_fd(&c.pidfd);
	cleanup_fd(&c.console);
	if (r >= 0)
		*ret_last = c.last;
	return r;
}
