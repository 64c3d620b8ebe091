/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/limits.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "kernel/file.h"
#include "kernel/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CPU_MAX     8192
#define NODE_MAX    1024
#define WORDS(bits) ((bits) / (8 * sizeof(unsigned long)))

struct number_name {
	const char *name;
	int number;
};

static int find(const struct number_name *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].number;
	return -1;
}

#define NAME(number)            \
	{                       \
#number, number \
	}
static const struct number_name rlimits[] = {
	NAME(RLIMIT_CPU),      NAME(RLIMIT_FSIZE), NAME(RLIMIT_DATA),   NAME(RLIMIT_STACK),
	NAME(RLIMIT_CORE),     NAME(RLIMIT_RSS),   NAME(RLIMIT_NPROC),  NAME(RLIMIT_NOFILE),
	NAME(RLIMIT_MEMLOCK),  NAME(RLIMIT_AS),    NAME(RLIMIT_LOCKS),  NAME(RLIMIT_SIGPENDING),
	NAME(RLIMIT_MSGQUEUE), NAME(RLIMIT_NICE),  NAME(RLIMIT_RTPRIO), NAME(RLIMIT_RTTIME),
};
_Static_assert(ARRAY_SIZE(rlimits) == RLIM_NLIMITS, "a name for each limit");

/* Numbers of linux/sched.h, linux/ioprio.h and linux/mempolicy.h: they are ABI, and older headers lack the newest. */
static const struct number_name policies[] = {
	{ "SCHED_OTHER", 0 }, { "SCHED_FIFO", 1 }, { "SCHED_RR", 2 },       { "SCHED_BATCH", 3 },
	{ "SCHED_ISO", 4 },   { "SCHED_IDLE", 5 }, { "SCHED_DEADLINE", 6 },
};
static const struct number_name policy_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },  { "SCHED_FLAG_RECLAIM", 0x02 },     { "SCHED_FLAG_DL_OVERRUN", 0x04 },
	{ "SCHED_FLAG_KEEP_POLICY", 0x08 },    { "SCHED_FLAG_KEEP_PARAMS", 0x10 }, { "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};
static const struct number_name io_classes[] = { { "IOPRIO_CLASS_RT", 1 }, { "IOPRIO_CLASS_BE", 2 }, { "IOPRIO_CLASS_IDLE", 3 } };
static const struct number_name memory_modes[] = {
	{ "MPOL_DEFAULT", 0 },
	{ "MPOL_PREFERRED", 1 },
	{ "MPOL_BIND", 2 },
	{ "MPOL_INTERLEAVE", 3 },
	{ "MPOL_LOCAL", 4 },
	{ "MPOL_PREFERRED_MANY", 5 },
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 },
};
static const struct number_name memory_flags[] = {
	{ "MPOL_F_NUMA_BALANCING", 1 << 13 },
	{ "MPOL_F_RELATIVE_NODES", 1 << 14 },
	{ "MPOL_F_STATIC_NODES", 1 << 15 },
};

int limits_rlimit_from_name(const char *name)
{
	return find(rlimits, ARRAY_SIZE(rlimits), name);
}

const char *limits_rlimit_name(int resource)
{
	for (size_t i = 0; i < ARRAY_SIZE(rlimits); i++)
		if (rlimits[i].number == resource)
			return rlimits[i].name;
	return NULL;
}

int limits_policy_from_name(const char *name)
{
	return find(policies, ARRAY_SIZE(policies), name);
}

int limits_policy_flag_from_name(const char *name)
{
	return find(policy_flags, ARRAY_SIZE(policy_flags), name);
}

int limits_io_class_from_name(const char *name)
{
	return find(io_classes, ARRAY_SIZE(io_classes), name);
}

int limits_memory_mode_from_name(const char *name)
{
	return find(memory_modes, ARRAY_SIZE(memory_modes), name);
}

int limits_memory_flag_from_name(const char *name)
{
	return find(memory_flags, ARRAY_SIZE(memory_flags), name);
}

/* "nofile" for RLIMIT_NOFILE, as ulimit's and prlimit's users know it. */
static const char *short_name(const char *type, char text[24])
{
	size_t n = 0;

	for (type += strlen("RLIMIT_"); *type && n < 23; type++)
		text[n++] = (char)(*type | 0x20);
	text[n] = '\0';
	return text;
}

int limits_apply_rlimits(const struct spec_rlimits *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct spec_rlimit *limit = &list->items[i];
		int resource = limits_rlimit_from_name(limit->type);
		char name[24];
		int r;

		if (resource < 0)
			return fail(-EINVAL, "process.rlimits[%zu].type: there is no limit \"%s\"", i, limit->type);
		if (limit->soft > limit->hard)
			return fail(-EINVAL, "process.rlimits[%zu]: the soft limit of %s is above the hard limit", i, limit->type);
		r = sys_setrlimit(i == 0 ? "limits of the process" : NULL, resource, short_name(limit->type, name), limit->soft,
				  limit->hard);
		if (r < 0)
			return r;
	}
	return 0;
}

int limits_apply_oom_score_adj(int proc_self, int64_t value, bool lenient)
{
	autofd int fd = openat(proc_self, "oom_score_adj", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char now[16] = "", text[24];
	ssize_t n = fd < 0 ? -errno : fd_read_full(fd, now, sizeof now - 1);
	int r;

	if (n < 0)
		return fail_code((int)n, "read /proc/self/oom_score_adj");
	if (strtoll(now, NULL, 10) == value)
		return 0;
	snprintf(text, sizeof text, "%" PRId64, value);
	r = sys_write("how willingly the kernel kills it when memory is short", proc_self, "oom_score_adj",
		      "/proc/self/oom_score_adj", text);
	if (r == -EACCES && lenient)
		return 0;
	if (r == -EACCES)
		return fail_hint(r, "lowering the OOM score below %ld needs CAP_SYS_RESOURCE, which this process does not have",
				 strtol(now, NULL, 10));
	return r;
}

int limits_apply_scheduler(const struct spec_scheduler *scheduler)
{
	struct sys_scheduler s = { .nice = scheduler->nice,
				   .priority = (uint32_t)scheduler->priority,
				   .runtime = scheduler->runtime,
				   .deadline = scheduler->deadline,
				   .period = scheduler->period };
	int policy;

	if (!scheduler->set)
		return 0;
	policy = scheduler->policy ? limits_policy_from_name(scheduler->policy) : -1;
	if (policy < 0)
		return fail(-EINVAL, "process.scheduler.policy: there is no policy \"%s\"",
			    scheduler->policy ? scheduler->policy : "");
	s.policy = (uint32_t)policy;
	for (size_t i = 0; i < scheduler->flags.count; i++) {
		int flag = limits_policy_flag_from_name(scheduler->flags.items[i]);

		if (flag < 0)
			return fail(-EINVAL, "process.scheduler.flags: there is no flag \"%s\"", scheduler->flags.items[i]);
		s.flags |= (uint64_t)flag;
	}
	return sys_setscheduler("how the kernel schedules it", &s, scheduler->policy);
}

void limits_affinity_reset(void)
{
	unsigned long all[WORDS(CPU_MAX)];

	memset(all, 0xff, sizeof all);
	sys_affinity_reset(all, sizeof all);
}

int limits_apply_io_priority(const struct spec_io_priority *priority)
{
	int class;

	if (!priority->set)
		return 0;
	class = priority->class ? limits_io_class_from_name(priority->class) : -1;
	if (class < 0)
		return fail(-EINVAL, "process.ioPriority.class: there is no class \"%s\"", priority->class ? priority->class : "");
	if (priority->priority < 0 || priority->priority > 7)
		return fail(-EINVAL, "process.ioPriority.priority: %d is not between 0 and 7", priority->priority);
	return sys_ioprio("its turn at the disk", class, priority->priority);
}

int limits_apply_personality(const char *domain, const struct strv *flags)
{
	if (!domain)
		return 0;
	if (flags->count)
		return fail(-EINVAL, "linux.personality.flags: \"%s\" is not supported", flags->items[0]);
	if (strcmp(domain, "LINUX") == 0)
		return sys_personality(NULL, PER_LINUX, domain);
	if (strcmp(domain, "LINUX32") == 0)
		return sys_personality("uname says a 32-bit machine", PER_LINUX32, domain);
	return fail(-EINVAL, "linux.personality.domain: there is no domain \"%s\"", domain);
}

int limits_parse_list(const char *list, unsigned int max, unsigned long *mask)
{
	const unsigned int bits = 8 * sizeof(unsigned long);
	const char *p = list;

	while (*p) {
		char *end;
		unsigned long first, last;

		if (*p < '0' || *p > '9')
			return -EINVAL;
		first = last = strtoul(p, &end, 10);
		if (*end == '-') {
			if (end[1] < '0' || end[1] > '9')
				return -EINVAL;
			last = strtoul(end + 1, &end, 10);
		}
		if (first > last || last >= max || (*end && *end != ','))
			return -EINVAL;
		for (unsigned long n = first; n <= last; n++)
			mask[n / bits] |= 1UL << n % bits;
		if (*end == ',' && !end[1])
			return -EINVAL;
		p = *end ? end + 1 : end;
	}
	return p == list ? -EINVAL : 0;
}

int limits_apply_memory_policy(const struct spec_memory_policy *policy)
{
	unsigned long nodes[WORDS(NODE_MAX)] = { 0 };
	int mode;

	if (!policy->set)
		return 0;
	mode = policy->mode ? limits_memory_mode_from_name(policy->mode) : -1;
	if (mode < 0)
		return fail(-EINVAL, "linux.memoryPolicy.mode: there is no mode \"%s\"", policy->mode ? policy->mode : "");
	if (policy->nodes && *policy->nodes && limits_parse_list(policy->nodes, NODE_MAX, nodes) < 0)
		return fail(-EINVAL, "linux.memoryPolicy.nodes: \"%s\" is not a list as 0-3,7", policy->nodes);
	for (size_t i = 0; i < policy->flags.count; i++) {
		int flag = limits_memory_flag_from_name(policy->flags.items[i]);

		if (flag < 0)
			return fail(-EINVAL, "linux.memoryPolicy.flags: there is no flag \"%s\"", policy->flags.items[i]);
		mode |= flag;
	}
	/* without nodes the kernel wants none at all, not an empty mask; it reads one bit less than it is told */
	if (!policy->nodes || !*policy->nodes)
		return sys_mempolicy("where its memory comes from", mode, NULL, 0, policy->mode);
	return sys_mempolicy("where its memory comes from", mode, nodes, NODE_MAX + 1, policy->mode);
}

void limits_apply_umask(const struct spec_user *user)
{
	(void)umask(user->umask.set ? (mode_t)user->umask.value & 0777 : 0022);
}

int limits_affinity(pid_t pid, const char *cpus)
{
	unsigned long mask[WORDS(CPU_MAX)] = { 0 };

	if (!cpus || !*cpus)
		return 0;
	if (limits_parse_list(cpus, CPU_MAX, mask) < 0)
		return fail(-EINVAL, "process.execCPUAffinity: \"%s\" is not a list as 0-3,7", cpus);
	return sys_affinity("the processors it may run on", pid, mask, sizeof mask, cpus);
}
