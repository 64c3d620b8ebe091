/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Steps on processes: making them in namespaces, joining namespaces, and what a process sets for itself before it executes
 * the container's program. Returns 0 (or what is said) or a negative errno with words.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sys_clone {
	uint64_t namespaces; /* CLONE_NEW* */
	uint64_t flags;      /* CLONE_PARENT */
	int cgroup;          /* the cgroup v2 directory to be born in (Linux 5.7), or -1 */
	const char *shown;   /* what explain shows: NULL: "unshare …" of the namespaces, "": nothing */
};

/* clone3 as fork: 0 in the child; in the caller the pid, and *@ret_pidfd (close-on-exec, owned by the caller). */
pid_t sys_clone(const char *why, const struct sys_clone *how, int *ret_pidfd);
/* Enters the namespace (or, for a pidfd, the namespaces of that process) that @fd is: CLONE_NEW* in @types. */
int sys_setns(const char *why, int fd, int types, const char *shown);
int sys_unshare(const char *why, int types);
int sys_sethostname(const char *why, const char *name);
int sys_setdomainname(const char *why, const char *name);
/*
 * Whose rights the process has from here on, real, effective, saved and file system ids alike. Each is one step; explain
 * shows them in the words of the exec step.
 */
int sys_setgroups(const char *why, const gid_t *groups, size_t count);
int sys_setgid(const char *why, gid_t gid);
int sys_setuid(const char *why, uid_t uid);
int sys_no_new_privs(const char *why);
/*
 * Maps ids of the user namespace of @pid by "newuidmap" or "newgidmap" (@helper), the setuid programs that give a user those
 * ids which /etc/subuid and /etc/subgid say are his. @words: their arguments behind the pid, apart by spaces.
 */
int sys_map_ids(const char *why, const char *helper, pid_t pid, const char *words);
/* A signal to this process when its parent's thread ends; 0 for none. -ESRCH when it has ended: @parent is its pid. */
int sys_die_with_parent(const char *why, int number);
/* No ptrace of this process, no look into its descriptors or its memory, until it executes something else. */
int sys_undumpable(const char *why);
/* A new session keyring of this name; kernels without keyrings are fine. */
int sys_join_keyring(const char *why, const char *name);
/* Makes @fd, a terminal, this session's controlling one. */
int sys_control_terminal(const char *why, int fd);
/* The working directory: what @fd is. */
int sys_chdir(const char *why, int fd, const char *shown);
int sys_signal(const char *why, int pidfd, int number);
/*
 * Executes @path, with no signal blocked or ignored; returns only on failure. @said is the shell command that does the same (made
 * by the caller when step_heard()).
 */
int sys_exec(const char *why, const char *path, char *const *argv, char *const *envp, const char *said);
/* Only what sys_exec would say: for a script that somebody else will run. */
int sys_exec_said(const char *why, const char *said);
