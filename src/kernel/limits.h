/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Steps on limits and scheduling of a process. Nothing allocates. */
#include <stdint.h>
#include <sys/types.h>

/* Both limits of one resource (RLIMIT_*) for the caller; @shown is its name. */
int sys_setrlimit(const char *why, int resource, const char *shown, uint64_t soft, uint64_t hard);

/* What sched_setattr(2) takes; policy and flags are the kernel's numbers. */
struct sys_scheduler {
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* nanoseconds */
};
int sys_setscheduler(const char *why, const struct sys_scheduler *scheduler, const char *shown);
/* @class is IOPRIO_CLASS_*, @level 0 (most) to 7. */
int sys_ioprio(const char *why, int class, int level);
int sys_personality(const char *why, unsigned long persona, const char *shown);
/* @nodes has @bits bits. */
int sys_mempolicy(const char *why, int mode, const unsigned long *nodes, unsigned long bits, const char *shown);
/* @cpus has @size bytes; @pid 0 is the caller. */
int sys_affinity(const char *why, pid_t pid, const void *cpus, size_t size, const char *shown);
/* The caller's, to all of @cpus that there are; nearly always they are that already, so it is not said, and no failure. */
void sys_affinity_reset(const void *cpus, size_t size);
