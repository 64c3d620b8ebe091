/* SPDX-License-Identifier: Apache-2.0 */
#include "container/resources.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "container/block_io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define CPU_PERIOD   100000 /* microseconds: the kernel's default and Docker's */
#define BILLION      INT64_C(1000000000)
#define MEMORY_LEAST (INT64_C(6) << 20) /* Docker's: in less a container starts only by luck */
#define LIST_MAX     8192               /* CPUs and memory nodes: more than any kernel is built for */

/* Docker's rules and words (moby daemon/daemon_unix.go), in its order. */
static int check_memory(const struct run_options *o)
{
	if (o->memory > 0 && o->memory < MEMORY_LEAST)
		return fail(-EINVAL, "--memory: minimum memory limit allowed is 6MB");
	if (o->memory > 0 && o->memory_swap > 0 && o->memory_swap < o->memory)
		return fail(-EINVAL, "--memory-swap: minimum memoryswap limit should be larger than memory limit, see usage");
	if (o->memory <= 0 && o->memory_swap > 0)
		return fail(-EINVAL,
			    "--memory-swap: you should always set the memory limit when using memoryswap limit, see usage");
	if (o->memory_swappiness < -1 || o->memory_swappiness > 100)
		return fail(-EINVAL, "invalid value: %" PRId64 ". Valid memory swappiness range is 0-100", o->memory_swappiness);
	if (o->memory_reservation > 0 && o->memory_reservation < MEMORY_LEAST)
		return fail(-EINVAL, "--memory-reservation: minimum memory reservation allowed is 6MB");
	if (o->memory > 0 && o->memory_reservation > o->memory)
		return fail(-EINVAL,
			    "--memory-reservation: minimum memory limit can not be less than memory reservation limit, see usage");
	return 0;
}

static int fill_memory(const struct run_options *o, struct spec_memory *m)
{
	int r = check_memory(o);

	if (r < 0)
		return r;
	if (o->memory > 0) {
		m->limit = (struct opt_i64){ true, o->memory };
		/* Docker: without --memory-swap the container may use as much swap as memory */
		m->swap = (struct opt_i64){ true, o->memory_swap ? o->memory_swap : 2 * o->memory };
	}
	if (o->memory_reservation > 0)
		m->reservation = (struct opt_i64){ true, o->memory_reservation };
	if (o->memory_swappiness >= 0)
		m->swappiness = (struct opt_u64){ true, (uint64_t)o->memory_swappiness };
	if (o->oom_kill_disable)
		m->disable_oom_killer = (struct opt_bool){ true, true };
	return 0;
}

static int fill_cpus(const struct run_options *o, struct spec_cpu *c)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t nano;

	if (number_fixed(o->cpus, 9, &nano) < 0 || nano < 0)
		return fail(-EINVAL, "invalid argument \"%s\" for \"--cpus\" flag: it is not a number", o->cpus);
	if (nano == 0)
		return 0;
	if (o->cpu_period || o->cpu_quota)
		return fail(-EINVAL, "conflicting options: --cpus and --cpu-%s cannot both be set",
			    o->cpu_period ? "period" : "quota");
	if (nano < BILLION / 100 || nano > online * BILLION)
		return fail(-EINVAL, "range of CPUs is from 0.01 to %ld.00, as there are only %ld CPUs available", online, online);
	c->period = (struct opt_u64){ true, CPU_PERIOD };
	c->quota = (struct opt_i64){ true, nano / (BILLION / CPU_PERIOD) };
	return 0;
}

/* A list as 0-3,7 in the kernel's grammar, as one byte for each number. */
static bool read_list(const char *text, char set[LIST_MAX])
{
	autostrv parts = { 0 };

	memset(set, 0, LIST_MAX);
	strv_split(&parts, text, ',');
	for (size_t i = 0; i < parts.count; i++) {
		char *last = strchr(parts.items[i], '-');
		uint32_t from, to;

		if (last)
			*last++ = '\0';
		if (number_u32(parts.items[i], &from) < 0 || number_u32(last ? last : parts.items[i], &to) < 0 || to < from ||
		    to >= LIST_MAX)
			return false;
		memset(set + from, 1, to - from + 1);
	}
	return true;
}

/* @kind is "cpus" or "mems", @file says which of them this machine has. */
static int check_list(const char *kind, const char *what, const char *list, const char *file)
{
	char asked[LIST_MAX], there[LIST_MAX];
	autofree char *available = NULL;

	if (!read_list(list, asked))
		return fail(-EINVAL, "invalid value %s for cpuset %s", list, kind);
	if (file_read_line(AT_FDCWD, file, &available) < 0 || !read_list(available, there))
		return 0; /* then the kernel says it */
	for (size_t i = 0; i < LIST_MAX; i++)
		if (asked[i] && !there[i])
			return fail(-EINVAL, "requested %s are not available - requested %s, available: %s", what, list, available);
	return 0;
}

static int check_cpu(const struct run_options *o)
{
	int r = 0;

	if (o->cpuset_cpus)
		r = check_list("cpus", "CPUs", o->cpuset_cpus, "/sys/devices/system/cpu/online");
	if (r == 0 && o->cpuset_mems)
		r = check_list("mems", "memory nodes", o->cpuset_mems, "/sys/devices/system/node/online");
	if (r < 0)
		return r;
	if (o->cpu_period && (o->cpu_period < 1000 || o->cpu_period > 1000000))
		return fail(-EINVAL,
			    "--cpu-period: CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
	if (o->cpu_quota > 0 && o->cpu_quota < 1000)
		return fail(-EINVAL, "--cpu-quota: CPU cfs quota can not be less than 1ms (i.e. 1000)");
	if (o->cpu_shares < 0)
		return fail(-EINVAL, "--cpu-shares: shares (%" PRId64 ") must be a positive integer", o->cpu_shares);
	if (o->cpu_rt_period < 0)
		return fail(-EINVAL, "--cpu-rt-period: it can not be negative");
	if (o->cpu_rt_period > 0 && o->cpu_rt_runtime > o->cpu_rt_period)
		return fail(-EINVAL, "cpu real-time runtime cannot be higher than cpu real-time period");
	return 0;
}

static int fill_cpu(const struct run_options *o, struct spec_cpu *c)
{
	int r = o->cpus ? fill_cpus(o, c) : 0;

	if (r == 0)
		r = check_cpu(o);
	if (r < 0)
		return r;
	if (o->cpu_period)
		c->period = (struct opt_u64){ true, (uint64_t)o->cpu_period };
	if (o->cpu_quota)
		c->quota = (struct opt_i64){ true, o->cpu_quota };
	if (o->cpu_shares)
		c->shares = (struct opt_u64){ true, (uint64_t)o->cpu_shares };
	if (o->cpu_rt_period)
		c->realtime_period = (struct opt_u64){ true, (uint64_t)o->cpu_rt_period };
	if (o->cpu_rt_runtime)
		c->realtime_runtime = (struct opt_i64){ true, o->cpu_rt_runtime };
	c->cpus = xstrdup(o->cpuset_cpus);
	c->mems = xstrdup(o->cpuset_mems);
	return 0;
}

int resources_fill(const struct run_options *o, struct spec_resources *ret)
{
	int r = fill_memory(o, &ret->memory);

	if (r == 0 && (o->oom_score_adj < -1000 || o->oom_score_adj > 1000))
		r = fail(-EINVAL, "invalid value %" PRId64 ", range for oom score adj is [-1000, 1000]", o->oom_score_adj);
	if (r == 0)
		r = fill_cpu(o, &ret->cpu);
	if (r == 0)
		r = block_io_from_options(o, &ret->block_io);
	if (r == 0 && o->pids_limit)
		ret->pids_limit = (struct opt_i64){ true, o->pids_limit };
	return r;
}

void resources_warn(const struct run_options *o)
{
	if (o->kernel_memory)
		log_warning("--kernel-memory: no kernel limits kernel memory alone any more. Limitation discarded.");
	if (o->shm_size > 0 && o->ipc && *o->ipc && strcmp(o->ipc, "private") != 0 && strcmp(o->ipc, "shareable") != 0)
		log_warning("--shm-size: with --ipc %s the container has no /dev/shm of its own. Size discarded.", o->ipc);
	if (o->oom_kill_disable && o->memory <= 0)
		log_warning(
			"--oom-kill-disable: OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.");
}
