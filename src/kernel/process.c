/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/process.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/strv.h"
#include "kernel/names.h"
#include "kernel/step.h"

#include <errno.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t sys_clone(const char *why, const struct sys_clone *how, int *ret_pidfd)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = how->namespaces | how->flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		/* with CLONE_PARENT the exit signal is the caller's own */
		.exit_signal = how->flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	struct step step, announced;
	char words[128];
	long r = step_begin(&step, "clone", why);

	if (how->cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)how->cgroup;
	}
	/* said before it is done: the child's lines come after this one */
	announced = step;
	if (step_heard() && !(how->shown && !*how->shown)) {
		step_say(&announced, "%s%s", how->shown ? how->shown : "unshare ",
			 how->shown ? "" : names_unshare(how->namespaces, words, sizeof words));
		(void)step_end(&announced, 0, "clone");
	}
	if (r == 0) {
		r = syscall(SYS_clone3, &args, sizeof args);
		if (r == 0)
			return 0;
		if (r < 0)
			r = -errno;
	}
	r = step_end(&step, (int)r, "create the namespaces (%s)", names_unshare(how->namespaces, words, sizeof words));
	if (r > 0)
		*ret_pidfd = pidfd;
	return (pid_t)r;
}

int sys_setns(const char *why, int fd, int types, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "setns", why);

	if (step_heard())
		step_say(&step, "nsenter %s", step_quote(shown));
	if (r == 0 && setns(fd, types) < 0)
		r = -errno;
	return step_end(&step, r, "join the namespace %s", shown);
}

int sys_unshare(const char *why, int types)
{
	struct step step;
	char words[128];
	int r = step_begin(&step, "unshare", why);

	if (step_heard())
		step_say(&step, "unshare %s", names_unshare((unsigned long)types, words, sizeof words));
	if (r == 0 && unshare(types) < 0)
		r = -errno;
	return step_end(&step, r, "create the namespaces (%s)", names_unshare((unsigned long)types, words, sizeof words));
}

int sys_sethostname(const char *why, const char *name)
{
	struct step step;
	int r = step_begin(&step, "sethostname", why);

	if (step_heard())
		step_say(&step, "hostname %s", step_quote(name));
	if (r == 0 && sethostname(name, strlen(name)) < 0)
		r = -errno;
	return step_end(&step, r, "set hostname %s", name);
}

int sys_setdomainname(const char *why, const char *name)
{
	struct step step;
	int r = step_begin(&step, "setdomainname", why);

	if (step_heard())
		step_say(&step, "domainname %s", step_quote(name));
	if (r == 0 && setdomainname(name, strlen(name)) < 0)
		r = -errno;
	return step_end(&step, r, "set domainname %s", name);
}

/* The system calls themselves, not glibc's wrappers, which would signal other threads and know of no O_PATH of ids. */
int sys_setgroups(const char *why, const gid_t *groups, size_t count)
{
	struct step step;
	int r = step_begin(&step, "setgroups", why);

	if (r == 0 && syscall(SYS_setgroups, count, groups) < 0)
		r = -errno;
	return step_end(&step, r, "set the supplementary groups");
}

int sys_setgid(const char *why, gid_t gid)
{
	struct step step;
	int r = step_begin(&step, "setgid", why);

	if (r == 0 && syscall(SYS_setresgid, gid, gid, gid) < 0)
		r = -errno;
	return step_end(&step, r, "become group %u", gid);
}

int sys_setuid(const char *why, uid_t uid)
{
	struct step step;
	int r = step_begin(&step, "setuid", why);

	if (r == 0 && syscall(SYS_setresuid, uid, uid, uid) < 0)
		r = -errno;
	return step_end(&step, r, "become user %u", uid);
}

int sys_no_new_privs(const char *why)
{
	struct step step;
	int r = step_begin(&step, "no_new_privs", why);

	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	return step_end(&step, r, "set no_new_privs");
}

static int run_map_helper(const char *helper, pid_t pid, const char *words)
{
	autofree char *path = xasprintf("/usr/bin/%s", helper), *number = xasprintf("%d", pid);
	struct process_spawn spawn = { .path = path, .stdio = { -1, -1, STDERR_FILENO } };
	struct process p = PROCESS_NONE;
	autostrv argv = { 0 };
	int status = 0, r;

	strv_add(&argv, helper);
	strv_add(&argv, number);
	strv_split(&argv, words, ' ');
	spawn.argv = strv_array(&argv);
	r = process_spawn(&spawn, &p);
	if (r == 0)
		r = process_wait(&p, &status);
	return r == 0 && status ? -EPERM : r;
}

int sys_map_ids(const char *why, const char *helper, pid_t pid, const char *words)
{
	struct step step;
	int r = step_begin(&step, "map", why);

	if (step_heard())
		step_say(&step, "%s %d %s", helper, pid, words);
	if (r == 0)
		r = run_map_helper(helper, pid, words);
	return step_end(&step, r, "map ids: %s %d %s", helper, pid, words);
}

int sys_die_with_parent(const char *why, int number)
{
	struct step step;
	int r = step_begin(&step, "pdeathsig", why);

	if (r == 0 && prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) < 0)
		r = -errno;
	return step_end(&step, r, "ask for a signal at the parent's end");
}

int sys_undumpable(const char *why)
{
	struct step step;
	int r = step_begin(&step, "dumpable", why);

	if (r == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = -errno;
	return step_end(&step, r, "forbid to trace init");
}

int sys_join_keyring(const char *why, const char *name)
{
	struct step step;
	int r = step_begin(&step, "keyctl", why);

	if (step_heard())
		step_say(&step, "# keyctl session %s", step_quote(name));
	if (r == 0 && syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name) < 0 && errno != ENOSYS)
		r = -errno;
	return step_end(&step, r, "create the session keyring %s", name);
}

int sys_control_terminal(const char *why, int fd)
{
	struct step step;
	int r = step_begin(&step, "terminal", why);

	if (r == 0 && ioctl(fd, TIOCSCTTY, 0) < 0)
		r = -errno;
	return step_end(&step, r, "make the terminal the session's own");
}

int sys_chdir(const char *why, int fd, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "chdir", why);

	if (step_heard())
		step_say(&step, "cd %s", step_quote(shown));
	if (r == 0 && fchdir(fd) < 0)
		r = -errno;
	return step_end(&step, r, "change to the directory %s", shown);
}

int sys_signal(const char *why, int pidfd, int number)
{
	struct step step;
	int r = step_begin(&step, "kill", why);

	if (r == 0 && syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0)
		r = -errno;
	return step_end(&step, r, "send %s", names_signal_of(number) ? names_signal_of(number) : "signal 0");
}

int sys_exec_said(const char *why, const char *said)
{
	struct step step;
	int r = step_begin(&step, "exec", why);

	if (said && step_heard())
		step_say(&step, "%s", said);
	return step_end(&step, r, "execute the program");
}

/*
 * What the caller ignores or blocks is its own affair: a script's background jobs ignore SIGINT, and exec keeps that, where
 * handlers go by themselves. (CLONE_CLEAR_SIGHAND leaves ignored signals ignored.)
 */
static void reset_signals(void)
{
	/* the kernel's own struct sigaction, which glibc's call would not give signals 32 and 33: SIG_DFL, no flags */
	static const uint64_t as_usual[4];
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)syscall(SYS_rt_sigaction, number, as_usual, NULL, NSIG / 8);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int sys_exec(const char *why, const char *path, char *const *argv, char *const *envp, const char *said)
{
	struct step step;
	/* said before it is done: nobody is left to say it afterwards */
	int r = sys_exec_said(why, said);

	step = (struct step){ .name = "exec", .why = why };
	if (r == 0) {
		reset_signals();
		execve(path, argv, envp);
		r = -errno;
	}
	return step_end(&step, r, "execute %s", argv[0]);
}
