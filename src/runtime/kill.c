/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kill.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/process.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Init has a pid namespace of its own: the kernel ends everybody in it when init ends. */
static bool has_pid_namespace(pid_t pid)
{
	struct stat mine, its;
	char path[48];

	snprintf(path, sizeof path, "/proc/%d/ns/pid", pid);
	return stat("/proc/self/ns/pid", &mine) == 0 && stat(path, &its) == 0 && mine.st_ino != its.st_ino;
}

static int kill_all(struct cgroup *cgroup, int signal)
{
	autofree pid_t *pids = NULL;
	size_t count = 0;
	int r;

	if (signal == SIGKILL)
		return cgroup_kill(cgroup);
	r = cgroup_pids(cgroup, &pids, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		autofd int pidfd = (int)syscall(SYS_pidfd_open, pids[i], 0);

		r = pidfd < 0 ? -ESRCH : sys_signal("to every process of the container", pidfd, signal);
		if (r == -ESRCH)
			r = 0; /* it ended meanwhile */
	}
	return r;
}

static int kill_init(const struct state_file *state, struct cgroup *cgroup, int signal)
{
	autofd int pidfd = state_file_pidfd(state);
	bool frozen = false;
	int r;

	if (pidfd < 0)
		return pidfd;
	if (signal == SIGKILL && cgroup && !has_pid_namespace(state->pid))
		return cgroup_kill(cgroup);
	r = sys_signal("to the container's init", pidfd, signal);
	/* a frozen process takes even SIGKILL only when it is thawed (cgroup v1) */
	if (r == 0 && signal == SIGKILL && cgroup && cgroup_is_frozen(cgroup, &frozen) == 0 && frozen)
		r = cgroup_freeze(cgroup, false);
	return r;
}

int runtime_kill(const struct state_file *state, int signal, bool all)
{
	struct cgroup *cgroup = NULL;
	int r = state_file_cgroup(state, &cgroup);

	if (r == 0 && all && cgroup)
		r = kill_all(cgroup, signal);
	else if (r == 0 && all)
		r = 0; /* its cgroup is gone, and with it every process */
	else if (r == 0)
		r = kill_init(state, cgroup, signal);
	cgroup_free(&cgroup);
	return r;
}
