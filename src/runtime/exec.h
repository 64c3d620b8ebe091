/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One more process in a running container: it joins the container's cgroup and namespaces, gets its locks, and runs. Needs
 * no monitor and no state: what it joins is found by init's pidfd.
 */
#include "runtime/runtime.h"

struct runtime_exec {
	const char *id; /* for errors */
	pid_t init;
	int init_pidfd;
	const struct spec *spec;            /* of the container: which namespaces it has, its filter */
	const struct spec_process *process; /* what to run */
	const char *cgroup_path;            /* what cgroup_open takes; NULL: none */
	const struct strv *sub_cgroups;     /* below it, see cgroup_open_below; NULL or none: the container's own */
	const char *seccomp_cache;
	int stdio[3];
	int console_socket;
	bool console_bare; /* as runtime_create's */
	unsigned int preserve_fds;
	bool die_with_parent;
};
#define RUNTIME_EXEC_NONE ((struct runtime_exec){ .init_pidfd = -1, .stdio = { -1, -1, -1 }, .console_socket = -1 })

/*
 * Starts it. When this returns 0 the program runs; *@ret has its pid (a child of the caller, to be reaped by it), pidfd and
 * the pty's master; there is no cgroup in it: runtime_delete only closes. Failures as runtime_create and runtime_start.
 */
int runtime_exec(const struct runtime_exec *exec, struct runtime_container *ret);
