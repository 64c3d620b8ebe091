/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/limits.h"

#include "kernel/step.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *limit_text(uint64_t value, char text[24])
{
	if (value == RLIM_INFINITY)
		return "unlimited";
	snprintf(text, 24, "%" PRIu64, value);
	return text;
}

int sys_setrlimit(const char *why, int resource, const char *shown, uint64_t soft, uint64_t hard)
{
	const struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };
	char soft_text[24], hard_text[24];
	struct step step;
	int r = step_begin(&step, "setrlimit", why);

	limit_text(soft, soft_text);
	if (step_heard())
		step_say(&step, "prlimit --pid $$ --%s=%s:%s", shown, limit_text(soft, soft_text), limit_text(hard, hard_text));
	if (r == 0 && setrlimit(resource, &limit) < 0)
		r = -errno;
	return step_end(&step, r, "set the limit %s to %s:%s", shown, limit_text(soft, soft_text), limit_text(hard, hard_text));
}

int sys_setscheduler(const char *why, const struct sys_scheduler *scheduler, const char *shown)
{
	/* struct sched_attr of linux/sched/types.h, its first version (Linux 3.14): glibc before 2.41 has none */
	const struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = {
		.size = 48,
		.policy = scheduler->policy,
		.flags = scheduler->flags,
		.nice = scheduler->nice,
		.priority = scheduler->priority,
		.runtime = scheduler->runtime,
		.deadline = scheduler->deadline,
		.period = scheduler->period,
	};
	struct step step;
	int r = step_begin(&step, "sched_setattr", why);

	_Static_assert(sizeof attr == 48, "SCHED_ATTR_SIZE_VER0");
	if (step_heard())
		step_say(&step, "# sched_setattr: %s, nice %d, priority %u", shown, scheduler->nice, scheduler->priority);
	if (r == 0 && syscall(SYS_sched_setattr, 0, &attr, 0) < 0)
		r = -errno;
	return step_end(&step, r, "set the scheduler to %s", shown);
}

int sys_ioprio(const char *why, int class, int level)
{
	struct step step;
	int r = step_begin(&step, "ioprio_set", why);

	if (step_heard())
		step_say(&step, "ionice -c %d -n %d -p $$", class, level);
	/* IOPRIO_WHO_PROCESS is 1; the class stands above 13 bits of level: linux/ioprio.h */
	if (r == 0 && syscall(SYS_ioprio_set, 1, 0, class << 13 | level) < 0)
		r = -errno;
	return step_end(&step, r, "set the I/O priority to class %d, level %d", class, level);
}

int sys_personality(const char *why, unsigned long persona, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "personality", why);

	if (step_heard())
		step_say(&step, "# setarch: personality %s", shown);
	if (r == 0 && personality(persona) < 0)
		r = -errno;
	return step_end(&step, r, "set the personality %s", shown);
}

int sys_mempolicy(const char *why, int mode, const unsigned long *nodes, unsigned long bits, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "set_mempolicy", why);

	if (step_heard())
		step_say(&step, "# set_mempolicy: %s", shown);
	if (r == 0 && syscall(SYS_set_mempolicy, mode, nodes, bits) < 0)
		r = -errno;
	return step_end(&step, r, "set the memory policy %s", shown);
}

int sys_affinity(const char *why, pid_t pid, const void *cpus, size_t size, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "sched_setaffinity", why);

	if (step_heard())
		step_say(&step, "taskset -pc %s %d", step_quote(shown), pid ? pid : getpid());
	if (r == 0 && syscall(SYS_sched_setaffinity, pid, size, cpus) < 0)
		r = -errno;
	return step_end(&step, r, "bind to the processors %s", shown);
}

void sys_affinity_reset(const void *cpus, size_t size)
{
	(void)syscall(SYS_sched_setaffinity, 0, size, cpus);
}
