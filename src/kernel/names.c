/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/names.h"

#include "base/memory.h"
#include "base/number.h"

#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>

/* sigabbrev_np(3) is glibc's alone */
static const char *const signals[] = {
	[SIGHUP] = "HUP",   [SIGINT] = "INT",       [SIGQUIT] = "QUIT",     [SIGILL] = "ILL",   [SIGTRAP] = "TRAP",
	[SIGABRT] = "ABRT", [SIGBUS] = "BUS",       [SIGFPE] = "FPE",       [SIGKILL] = "KILL", [SIGUSR1] = "USR1",
	[SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",     [SIGPIPE] = "PIPE",     [SIGALRM] = "ALRM", [SIGTERM] = "TERM",
	[SIGCHLD] = "CHLD", [SIGSTKFLT] = "STKFLT", [SIGCONT] = "CONT",     [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
	[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",     [SIGURG] = "URG",       [SIGXCPU] = "XCPU", [SIGXFSZ] = "XFSZ",
	[SIGPROF] = "PROF", [SIGWINCH] = "WINCH",   [SIGVTALRM] = "VTALRM", [SIGPOLL] = "POLL", [SIGPWR] = "PWR",
	[SIGSYS] = "SYS",
};

/* "RTMIN+3", "RTMAX-1" without the "SIG". */
static int realtime_signal(const char *name)
{
	uint32_t n = 0;
	int signal;

	if (strncasecmp(name, "RTMIN", 5) == 0 && (!name[5] || (name[5] == '+' && number_u32(name + 6, &n) == 0)))
		signal = SIGRTMIN + (int)n;
	else if (strncasecmp(name, "RTMAX", 5) == 0 && (!name[5] || (name[5] == '-' && number_u32(name + 6, &n) == 0)))
		signal = SIGRTMAX - (int)n;
	else
		return 0;
	return n < 64 && signal >= SIGRTMIN && signal <= SIGRTMAX ? signal : 0;
}

int names_signal(const char *name)
{
	uint32_t n;

	if (number_u32(name, &n) == 0)
		return n >= 1 && n < NSIG ? (int)n : 0;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 1; i < ARRAY_SIZE(signals); i++)
		if (signals[i] && strcasecmp(signals[i], name) == 0)
			return (int)i;
	if (strcasecmp(name, "IOT") == 0)
		return SIGIOT;
	if (strcasecmp(name, "CLD") == 0)
		return SIGCHLD;
	return realtime_signal(name);
}

const char *names_signal_of(int number)
{
	static char text[16];
	const char *name = number > 0 && (size_t)number < ARRAY_SIZE(signals) ? signals[number] : NULL;

	if (name)
		snprintf(text, sizeof text, "SIG%s", name);
	else if (number == SIGRTMIN)
		return "SIGRTMIN";
	else if (number > SIGRTMIN && number <= SIGRTMAX)
		snprintf(text, sizeof text, "SIGRTMIN+%d", number - SIGRTMIN);
	else
		return NULL;
	return text;
}

struct flag_name {
	unsigned long flag;
	const char *name;
};

static const char *join(const struct flag_name *names, size_t count, unsigned long flags, const char *between, char *text,
			size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		if (flags & names[i].flag && len < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len ? between : "", names[i].name);
	return text;
}

const char *names_mount_flags(unsigned long flags, char *text, size_t size)
{
	static const struct flag_name names[] = {
		{ MS_RDONLY, "ro" },
		{ MS_NOSUID, "nosuid" },
		{ MS_NODEV, "nodev" },
		{ MS_NOEXEC, "noexec" },
		{ MS_SYNCHRONOUS, "sync" },
		{ MS_REMOUNT, "remount" },
		{ MS_DIRSYNC, "dirsync" },
		{ MS_NOATIME, "noatime" },
		{ MS_NODIRATIME, "nodiratime" },
		{ MS_BIND, "bind" },
		{ MS_RELATIME, "relatime" },
		{ MS_STRICTATIME, "strictatime" },
		{ MS_LAZYTIME, "lazytime" },
		{ 256 /* MS_NOSYMFOLLOW, Linux 5.10 */, "nosymfollow" },
	};

	return join(names, ARRAY_SIZE(names), flags, ",", text, size);
}

const char *names_unshare(unsigned long flags, char *text, size_t size)
{
	static const struct flag_name names[] = {
		{ CLONE_NEWUSER, "--user" },     { CLONE_NEWPID, "--pid --fork" },
		{ CLONE_NEWNS, "--mount" },      { CLONE_NEWUTS, "--uts" },
		{ CLONE_NEWIPC, "--ipc" },       { CLONE_NEWNET, "--net" },
		{ CLONE_NEWCGROUP, "--cgroup" }, { 0x80 /* CLONE_NEWTIME, Linux 5.6 */, "--time" },
	};

	return join(names, ARRAY_SIZE(names), flags, " ", text, size);
}
