/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Limits and scheduling of the process itself, beside its cgroup's. All but limits_affinity are made by init for itself,
 * before it gives up its privileges, and allocate nothing. The *_from_name functions are for spec_check.c: they return
 * the kernel's number or -1 for an unknown name.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

int limits_rlimit_from_name(const char *name);
/* "RLIMIT_NOFILE" for 7; NULL when there is none. */
const char *limits_rlimit_name(int resource);
int limits_policy_from_name(const char *name);      /* SCHED_* */
int limits_policy_flag_from_name(const char *name); /* SCHED_FLAG_* */
int limits_io_class_from_name(const char *name);    /* IOPRIO_CLASS_* */
int limits_memory_mode_from_name(const char *name); /* MPOL_* */
int limits_memory_flag_from_name(const char *name); /* MPOL_F_* */

/* rlimits. Raising a hard limit without CAP_SYS_RESOURCE is -EPERM with words and a hint. */
int limits_apply_rlimits(const struct spec_rlimits *rlimits);
/*
 * oomScoreAdj. @proc_self is a verified descriptor of the process's own directory in procfs (/proc/self). Nothing is written
 * when the value is what it is already. Lowering without CAP_SYS_RESOURCE is -EACCES with words; with @lenient (in a user
 * namespace) it is ignored, as runc does.
 */
int limits_apply_oom_score_adj(int proc_self, int64_t value, bool lenient);
/* process.scheduler, by sched_setattr(2). */
int limits_apply_scheduler(const struct spec_scheduler *scheduler);
/* process.ioPriority, by ioprio_set(2). */
int limits_apply_io_priority(const struct spec_io_priority *priority);
/* linux.personality: LINUX or LINUX32. NULL: nothing. */
int limits_apply_personality(const char *domain, const struct strv *flags);
/* linux.memoryPolicy (1.3), by set_mempolicy(2). */
int limits_apply_memory_policy(const struct spec_memory_policy *policy);
/* process.user.umask; 0022 when it is not set, as runc. */
void limits_apply_umask(const struct spec_user *user);
/* execCPUAffinity: @cpus is a list as 0-3,7; @pid 0 is the caller. NULL: nothing. */
int limits_affinity(pid_t pid, const char *cpus);
/* The caller may run wherever its cgroup lets it, whatever the runtime itself was bound to. */
void limits_affinity_reset(void);
/* A list as 0-3,7 of numbers below @max into the bits of @mask (zeroed, @max / 8 bytes). -EINVAL without words. */
int limits_parse_list(const char *list, unsigned int max, unsigned long *mask);
