/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/attach.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/process.h"
#include "kernel/process.h"
#include "oci/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct attach {
	struct runtime_container *container;
	struct termios before;
	bool raw;
	bool ended;
	int status;
};

/* The size of whichever of ours is a terminal that knows it (a serial line says 0), the one we were started from last. */
static bool window_size(struct winsize *ret)
{
	autofd int own = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	const int terminals[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, own };

	for (size_t i = 0; i < ARRAY_SIZE(terminals); i++)
		if (ioctl(terminals[i], TIOCGWINSZ, ret) == 0 && ret->ws_row && ret->ws_col)
			return true;
	return false;
}

static void pass_window_size(int console)
{
	struct winsize size;

	if (window_size(&size))
		(void)ioctl(console, TIOCSWINSZ, &size);
}

void attach_console_size(struct spec_process *p)
{
	struct winsize size;

	if (!p->terminal || !window_size(&size))
		return;
	p->console_height = size.ws_row;
	p->console_width = size.ws_col;
}

static int on_signal(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct attach *a = data;
	struct signalfd_siginfo info;

	(void)loop;
	(void)events;
	if (fd_read_full(fd, &info, sizeof info) != sizeof info)
		return 0;
	if (info.ssi_signo == SIGWINCH && a->container->console >= 0)
		pass_window_size(a->container->console);
	else if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGPIPE && info.ssi_signo != SIGURG)
		(void)sys_signal("passed on from hoy-runtime", a->container->pidfd, (int)info.ssi_signo);
	return 0;
}

/* 1 when @from has ended. */
static int copy(int from, int to)
{
	char data[8192];
	ssize_t n = read(from, data, sizeof data);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return 1; /* a pty whose last slave was closed says EIO */
	return fd_write_full(to, data, (size_t)n) < 0;
}

static int on_console(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct attach *a = data;

	(void)events;
	if (copy(fd, STDOUT_FILENO)) {
		loop_unwatch(loop, fd);
		if (a->ended)
			loop_stop(loop, 0);
	}
	return 0;
}

static int on_input(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct attach *a = data;

	(void)events;
	if (copy(fd, a->container->console)) {
		const char end = 4; /* ^D: the end of what was typed or piped */

		(void)!write(a->container->console, &end, 1);
		loop_unwatch(loop, fd);
	}
	return 0;
}

static int on_end(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct attach *a = data;
	int status;

	(void)events;
	if (waitpid(a->container->pid, &status, WNOHANG) <= 0)
		return 0;
	a->status = process_exit_code(status);
	a->ended = true;
	loop_unwatch(loop, fd);
	/* what it wrote last is still in the pty */
	while (a->container->console >= 0 && !copy(a->container->console, STDOUT_FILENO))
		;
	loop_stop(loop, 0);
	return 0;
}

static int on_notify(struct loop *loop, int fd, uint32_t events, void *data)
{
	int r = notify_forward(fd, 0);

	(void)events;
	(void)data;
	if (r < 0)
		log_warning("%s", error_text(r));
	if (r != 0)
		loop_unwatch(loop, fd);
	return 0;
}

static void make_raw(struct attach *a)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &a->before) < 0)
		return;
	raw = a->before;
	cfmakeraw(&raw);
	raw.c_oflag = a->before.c_oflag; /* see runtime_create.console_bare */
	a->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static int watch_all(struct loop *loop, struct attach *a, int notify, int signals)
{
	int console = a->container->console;
	int r = loop_watch(loop, signals, EPOLLIN, on_signal, a);

	if (r == 0)
		r = loop_watch(loop, a->container->pidfd, EPOLLIN, on_end, a);
	if (r == 0 && notify >= 0)
		r = loop_watch(loop, notify, EPOLLIN, on_notify, a);
	if (r < 0 || console < 0)
		return r;
	pass_window_size(console);
	make_raw(a);
	(void)fd_set_nonblock(console, true);
	r = loop_watch(loop, console, EPOLLIN, on_console, a);
	/* a regular file on stdin cannot be watched, and is all there: its end is its end */
	if (r == 0 && loop_watch(loop, STDIN_FILENO, EPOLLIN, on_input, a) < 0)
		while (!copy(STDIN_FILENO, console))
			;
	return r;
}

int attach_wait(struct runtime_container *container, int notify, int *ret_status)
{
	struct attach a = { .container = container };
	autocall(loop_free) struct loop *loop = NULL;
	autofd int signals = -1;
	sigset_t all, before;
	int r;

	sigfillset(&all);
	sigdelset(&all, SIGTSTP);
	sigdelset(&all, SIGTTIN);
	sigdelset(&all, SIGTTOU);
	sigprocmask(SIG_BLOCK, &all, &before);
	signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return fail_errno("watch signals");
	r = loop_new(&loop);
	if (r == 0)
		r = watch_all(loop, &a, notify, signals);
	if (r == 0)
		r = loop_run(loop);
	if (a.raw)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &a.before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		*ret_status = a.status;
	return r;
}
