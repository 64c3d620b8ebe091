/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One process as the kernel shows it in the host's /proc: for `top` and `inspect`. What a process says of itself (its name, its
 * arguments) is a stranger's text of any bytes; nothing of it is ever looked up or executed. Command process.
 */
#include <stdint.h>
#include <sys/types.h>

#define PROC_LEVELS_MAX 32 /* the kernel's own limit of pid namespaces in each other */

struct proc {
	pid_t pid, ppid, pgid, sid;
	pid_t inside[PROC_LEVELS_MAX]; /* its pid in each pid namespace it is in, the host's first */
	unsigned int levels;
	uint32_t uid, gid; /* effective */
	uint32_t real_uid, real_gid;
	char state; /* R, S, D, Z, T, … */
	int tty;    /* device number of its terminal; 0: none */
	int64_t nice, priority, threads;
	uint64_t user_ticks, system_ticks; /* processor time, in clock ticks */
	uint64_t start;                    /* clock ticks after boot */
	uint64_t size, resident;           /* bytes of memory: mapped, present */
	pid_t foreground;                  /* process group in the foreground of its terminal */
	char *name;                        /* at most 15 bytes, or 63 of a kernel thread */
	char *arguments;                   /* joined by blanks; NULL when it has none */
};

void proc_release(struct proc *p);
/* Reads it. -ESRCH without words when it is gone. */
int proc_read(pid_t pid, struct proc *ret);
/* From the text of /proc/PID/stat: what stands there. -EINVAL without words. */
int proc_parse_stat(const char *text, struct proc *ret);
/* From the text of /proc/PID/status: owners and numbers inside. */
void proc_parse_status(const char *text, struct proc *ret);
