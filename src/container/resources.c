/* SPDX-License-Identifier: Apache-2.0 */
#include "container/resources.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define CPU_PERIOD   100000 /* microseconds: the kernel's default and Docker's */
#define BILLION      INT64_C(1000000000)
#define MEMORY_LEAST (512 << 10) /* below it the kernel kills the container's init before it can say why */

static const char *const ulimit_names[] = {
	"core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue", "nice",
	"nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack",
};

static int fill_memory(const struct run_options *o, struct spec_memory *m)
{
	char text[NUMBER_TEXT_MAX];

	if (o->memory > 0 && o->memory < MEMORY_LEAST)
		return fail(-EINVAL, "--memory %" PRId64 ": the smallest memory limit is %s", o->memory,
			    number_size_1024(MEMORY_LEAST, text));
	if (o->memory <= 0 && o->memory_swap > 0)
		return fail(-EINVAL, "--memory-swap: you should always set the memory limit when using a memory+swap limit");
	if (o->memory > 0 && o->memory_swap > 0 && o->memory_swap < o->memory)
		return fail(-EINVAL, "--memory-swap: the limit of memory and swap together should be larger than the memory limit");
	if (o->memory > 0 && o->memory_reservation > o->memory)
		return fail(-EINVAL, "--memory-reservation: it should be smaller than the memory limit");
	if (o->memory > 0) {
		m->limit = (struct opt_i64){ true, o->memory };
		/* Docker: without --memory-swap the container may use as much swap as memory */
		m->swap = (struct opt_i64){ true, o->memory_swap ? o->memory_swap : 2 * o->memory };
	}
	if (o->memory_reservation > 0)
		m->reservation = (struct opt_i64){ true, o->memory_reservation };
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

/* A list as 0-3,7 in the kernel's grammar; which of them exist is for the kernel to say. */
static int check_list(const char *option, const char *list)
{
	if (!list[0] || strspn(list, "0123456789,-") != strlen(list) || strchr(",-", list[0]) ||
	    strchr(",-", list[strlen(list) - 1]))
		return fail(-EINVAL, "invalid value %s for --%s", list, option);
	return 0;
}

static int fill_cpu(const struct run_options *o, struct spec_cpu *c)
{
	int r = o->cpus ? fill_cpus(o, c) : 0;

	if (r == 0 && o->cpuset_cpus)
		r = check_list("cpuset-cpus", o->cpuset_cpus);
	if (r == 0 && o->cpuset_mems)
		r = check_list("cpuset-mems", o->cpuset_mems);
	if (r < 0)
		return r;
	if (o->cpu_period && (o->cpu_period < 1000 || o->cpu_period > 1000000))
		return fail(-EINVAL, "--cpu-period: it can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
	if (o->cpu_quota > 0 && o->cpu_quota < 1000)
		return fail(-EINVAL, "--cpu-quota: it can not be less than 1ms (i.e. 1000)");
	if (o->cpu_period)
		c->period = (struct opt_u64){ true, (uint64_t)o->cpu_period };
	if (o->cpu_quota)
		c->quota = (struct opt_i64){ true, o->cpu_quota };
	if (o->cpu_shares > 0)
		c->shares = (struct opt_u64){ true, (uint64_t)o->cpu_shares };
	c->cpus = xstrdup(o->cpuset_cpus);
	c->mems = xstrdup(o->cpuset_mems);
	return 0;
}

int resources_fill(const struct run_options *o, struct spec_resources *ret)
{
	int r = fill_memory(o, &ret->memory);

	if (r == 0)
		r = fill_cpu(o, &ret->cpu);
	if (r == 0 && o->pids_limit)
		ret->pids_limit = (struct opt_i64){ true, o->pids_limit };
	return r;
}

static int ulimit_value(const char *option, const char *text, uint64_t *ret)
{
	if (strcmp(text, "-1") == 0 || strcmp(text, "unlimited") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (number_u64(text, ret) < 0)
		return fail(-EINVAL, "invalid ulimit argument: %s", option);
	return 0;
}

/* The entry of this type, or a new one. */
static struct spec_rlimit *rlimit_of(struct spec_rlimits *list, const char *type)
{
	struct spec_rlimit *l;

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].type, type) == 0)
			return &list->items[i];
	l = spec_grow(list);
	l->type = xstrdup(type);
	return l;
}

static int add_ulimit(const char *option, struct spec_rlimits *ret)
{
	autostrv parts = { 0 };
	size_t name = strcspn(option, "=");
	struct spec_rlimit *limit;
	char type[32] = "RLIMIT_";
	uint64_t soft, hard;
	bool known = false;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(ulimit_names); i++)
		known |= strlen(ulimit_names[i]) == name && strncmp(option, ulimit_names[i], name) == 0;
	if (!option[name])
		return fail(-EINVAL, "invalid ulimit argument: %s", option);
	if (!known)
		return fail(-EINVAL, "invalid ulimit type: %.*s", (int)name, option);
	strv_split(&parts, option + name + 1, ':');
	if (parts.count > 2)
		return fail(-EINVAL, "too many limit value arguments - %s, can only have up to two, `soft[:hard]`",
			    option + name + 1);
	r = ulimit_value(option, parts.items[0], &soft);
	hard = soft;
	if (r == 0 && parts.count == 2)
		r = ulimit_value(option, parts.items[1], &hard);
	if (r < 0)
		return r;
	if (soft > hard)
		return fail(-EINVAL, "ulimit soft limit must be less than or equal to hard limit: %s", option);
	for (size_t i = 0; i < name; i++)
		type[7 + i] = (char)(option[i] - 'a' + 'A');
	limit = rlimit_of(ret, type);
	limit->soft = soft;
	limit->hard = hard;
	return 0;
}

int resources_ulimits(const struct strv *ulimits, struct spec_rlimits *ret)
{
	for (size_t i = 0; i < ulimits->count; i++) {
		int r = add_ulimit(ulimits->items[i], ret);

		if (r < 0)
			return r;
	}
	return 0;
}
