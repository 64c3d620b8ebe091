/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hoy-init, pid 1 of a container that was run with --init (/sbin/docker-init in it): starts the command as its child, passes
 * signals on to it, reaps what is left to it, and ends as the command ended. The kernel gives pid 1 no default actions for
 * signals, and nobody else reaps orphans: programs that know nothing of that are at home as its child.
 *
 * Usage: hoy-init -- COMMAND [ARGUMENT...]. Exit codes as a shell's: 126, 127, 128 + signal.
 */
#include "init/syscall.h"

#include <asm/signal.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#define TIOCSPGRP_     0x5410
#define PATH_TEXT_MAX  4096
#define EXIT_FAILED    125
#define EXIT_DENIED    126
#define EXIT_NOT_FOUND 127

typedef unsigned long signal_set; /* the kernel's: bit n - 1 is signal n */
#define SIGNAL_BIT(n) (1UL << ((n)-1))

static unsigned long length(const char *s)
{
	unsigned long n = 0;

	while (s[n])
		n++;
	return n;
}

static void say(const char *a, const char *b)
{
	(void)sys(__NR_write, 2, (long)"hoy-init: ", 10, 0);
	(void)sys(__NR_write, 2, (long)a, (long)length(a), 0);
	(void)sys(__NR_write, 2, (long)b, (long)length(b), 0);
	(void)sys(__NR_write, 2, (long)"\n", 1, 0);
}

static _Noreturn void end(int code)
{
	for (;;)
		(void)sys(__NR_exit_group, code, 0, 0, 0);
}

static const char *environment_get(char **envp, const char *name)
{
	for (; *envp; envp++) {
		unsigned long i = 0;

		while (name[i] && (*envp)[i] == name[i])
			i++;
		if (!name[i] && (*envp)[i] == '=')
			return *envp + i + 1;
	}
	return 0;
}

static int has_slash(const char *s)
{
	for (; *s; s++)
		if (*s == '/')
			return 1;
	return 0;
}

/* execvp: each directory of PATH in turn. Returns the errno that tells most. */
static long execute(char **argv, char **envp)
{
	const char *path = environment_get(envp, "PATH");
	unsigned long name = length(argv[0]);
	long worst = -ENOENT;

	if (has_slash(argv[0]))
		return sys(__NR_execve, (long)argv[0], (long)argv, (long)envp, 0);
	if (!path)
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	while (*path) {
		char full[PATH_TEXT_MAX];
		unsigned long n = 0;
		long r;

		while (path[n] && path[n] != ':')
			n++;
		if (n + name + 2 <= sizeof full) {
			for (unsigned long i = 0; i < n; i++)
				full[i] = path[i];
			full[n] = '/';
			for (unsigned long i = 0; i <= name; i++)
				full[n + 1 + i] = argv[0][i];
			r = sys(__NR_execve, (long)full, (long)argv, (long)envp, 0);
			if (r != -ENOENT && r != -ENOTDIR)
				worst = r;
		}
		path += n + (path[n] == ':');
	}
	return worst;
}

/* The child: a process group of its own that has the terminal, and no signal blocked. */
static _Noreturn void become_command(char **argv, char **envp)
{
	signal_set none = 0;
	int group;
	long r;

	(void)sys(__NR_setpgid, 0, 0, 0, 0);
	group = (int)sys(__NR_getpid, 0, 0, 0, 0);
	/* with the signals still blocked: SIGTTOU must not stop a background group that takes the terminal */
	(void)sys(__NR_ioctl, 0, TIOCSPGRP_, (long)&group, 0);
	(void)sys(__NR_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none);
	r = execute(argv, envp);
	say("cannot execute ", argv[0]);
	end(r == -ENOENT ? EXIT_NOT_FOUND : EXIT_DENIED);
}

/* Reaps everything that has ended; the exit code when the command is among it, or -1. */
static int reap(long command)
{
	int code = -1;

	for (;;) {
		int status = 0;
		long pid = sys(__NR_wait4, -1, (long)&status, WNOHANG, 0);

		if (pid == -EINTR)
			continue;
		if (pid <= 0)
			return code;
		if (pid == command)
			code = status & 0x7f ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
	}
}

static _Noreturn void watch(long command)
{
	signal_set all = ~0UL;

	for (;;) {
		long number = sys(__NR_rt_sigtimedwait, (long)&all, 0, 0, sizeof all);
		int code;

		if (number > 0 && number != SIGCHLD)
			(void)sys(__NR_kill, command, number, 0, 0);
		code = reap(command);
		if (code >= 0)
			end(code);
	}
}

__attribute__((used)) static _Noreturn void hoy_init(long *stack)
{
	long argc = stack[0], command;
	char **argv = (char **)(stack + 1), **envp = argv + argc + 1;
	/* faults of its own end it at once */
	signal_set held = ~(SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGFPE));

	argv++;
	if (argc > 1 && argv[0][0] == '-' && argv[0][1] == '-' && !argv[0][2])
		argv++;
	if (argv >= envp - 1) {
		say("no command", "");
		end(EXIT_FAILED);
	}
	(void)sys(__NR_rt_sigprocmask, SIG_BLOCK, (long)&held, 0, sizeof held);
	command = sys(__NR_clone, SIGCHLD, 0, 0, 0);
	if (command == 0)
		become_command(argv, envp);
	if (command < 0) {
		say("cannot fork", "");
		end(EXIT_FAILED);
	}
	watch(command);
}

START(hoy_init);
