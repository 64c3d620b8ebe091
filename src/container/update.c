/* SPDX-License-Identifier: Apache-2.0 */
#include "container/update.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "container/resources.h"
#include "container/restart.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FILE_LIMIT (4 << 20)
#define BILLION    INT64_C(1000000000)

struct update {
	struct handle *h;
	const struct run_options *asked;
	struct json_object *record, *host, *config; /* host is in the record */
	struct run_options merged;                  /* what it has, and over it what was asked for */
	char cpus[32];                              /* merged.cpus */
	struct spec_resources all, changed;         /* of merged; of it what was asked for */
};

static void update_release(struct update *u)
{
	json_drop(&u->record);
	json_drop(&u->config);
	spec_resources_release(&u->all);
	spec_resources_release(&u->changed);
}

static int64_t number_of(struct json_object *o, const char *key)
{
	int64_t n = 0;

	(void)json_get_i64(o, "record.json", key, &n);
	return n;
}

static const char *text_of(struct json_object *o, const char *key)
{
	const char *text = NULL;

	(void)json_get_str(o, "record.json", key, &text);
	return text && *text ? text : NULL;
}

/* The numbers of HostConfig that can be changed, and what of the options they are. */
static const struct {
	const char *member;
	size_t offset;
} numbers[] = {
	{ "BlkioWeight", offsetof(struct run_options, blkio_weight) },
	{ "CpuPeriod", offsetof(struct run_options, cpu_period) },
	{ "CpuQuota", offsetof(struct run_options, cpu_quota) },
	{ "CpuRealtimePeriod", offsetof(struct run_options, cpu_rt_period) },
	{ "CpuRealtimeRuntime", offsetof(struct run_options, cpu_rt_runtime) },
	{ "CpuShares", offsetof(struct run_options, cpu_shares) },
	{ "Memory", offsetof(struct run_options, memory) },
	{ "MemoryReservation", offsetof(struct run_options, memory_reservation) },
	{ "MemorySwap", offsetof(struct run_options, memory_swap) },
	{ "PidsLimit", offsetof(struct run_options, pids_limit) },
};

static int64_t *number_at(const struct run_options *o, size_t i)
{
	return (int64_t *)(void *)((char *)(uintptr_t)o + numbers[i].offset);
}

/* Two ways to say one limit: what it has decides which of them can be changed. */
static int check_conflicts(const struct update *u)
{
	const struct run_options *a = u->asked;
	bool nano = number_of(u->host, "NanoCpus") > 0;

	if (nano && !a->cpus && (a->cpu_period || a->cpu_quota))
		return fail(-EINVAL, "conflicting options: CPU %s cannot be updated as NanoCPUs has already been set",
			    a->cpu_period ? "Period" : "Quota");
	if (a->cpus && (number_of(u->host, "CpuPeriod") || number_of(u->host, "CpuQuota")))
		return fail(-EINVAL, "conflicting options: Nano CPUs cannot be updated as CPU %s has already been set",
			    number_of(u->host, "CpuPeriod") ? "Period" : "Quota");
	if (a->memory && !a->memory_swap && u->merged.memory_swap > 0 && a->memory > u->merged.memory_swap)
		return fail(
			-EINVAL,
			"memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time");
	return 0;
}

static int merge(struct update *u)
{
	struct run_options *m = &u->merged;
	const struct run_options *a = u->asked;
	int64_t nano = number_of(u->host, "NanoCpus");

	*m = RUN_OPTIONS_DEFAULT;
	m->memory_swappiness = -1;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		int64_t asked = *number_at(a, i);

		*number_at(m, i) = asked ? asked : number_of(u->host, numbers[i].member);
	}
	snprintf(u->cpus, sizeof u->cpus, "%" PRId64 ".%09" PRId64, nano / BILLION, nano % BILLION);
	m->cpus = a->cpus ? a->cpus : nano ? u->cpus : NULL;
	m->cpuset_cpus = a->cpuset_cpus ? a->cpuset_cpus : text_of(u->host, "CpusetCpus");
	m->cpuset_mems = a->cpuset_mems ? a->cpuset_mems : text_of(u->host, "CpusetMems");
	return check_conflicts(u);
}

/* Files that were not asked for are not written: another program may have set them. */
static void choose_changed(struct update *u)
{
	const struct run_options *a = u->asked;
	struct spec_resources *c = &u->changed, *all = &u->all;

	if (a->memory || a->memory_swap) {
		c->memory.limit = all->memory.limit;
		c->memory.swap = all->memory.swap;
	}
	if (a->memory_reservation)
		c->memory.reservation = all->memory.reservation;
	if (a->cpus || a->cpu_period || a->cpu_quota) {
		c->cpu.period = all->cpu.period;
		c->cpu.quota = all->cpu.quota;
	}
	if (a->cpu_shares)
		c->cpu.shares = all->cpu.shares;
	if (a->cpu_rt_period)
		c->cpu.realtime_period = all->cpu.realtime_period;
	if (a->cpu_rt_runtime)
		c->cpu.realtime_runtime = all->cpu.realtime_runtime;
	if (a->cpuset_cpus)
		c->cpu.cpus = xstrdup(all->cpu.cpus);
	if (a->cpuset_mems)
		c->cpu.mems = xstrdup(all->cpu.mems);
	if (a->pids_limit)
		c->pids_limit = all->pids_limit;
	if (a->blkio_weight)
		c->block_io.weight = all->block_io.weight;
}

/* The object @name in @o, made where it is missing. Borrowed. */
static struct json_object *object_in(struct json_object *o, const char *name)
{
	struct json_object *inner = json_get(o, name);

	if (!inner || !json_object_is_type(inner, json_type_object)) {
		inner = json_object_new_object();
		json_object_object_add(o, name, inner);
	}
	return inner;
}

static void set_i64(struct json_object *o, const char *key, struct opt_i64 n)
{
	if (n.set)
		json_object_object_add(o, key, json_object_new_int64(n.value));
}

static void set_u64(struct json_object *o, const char *key, struct opt_u64 n)
{
	if (n.set)
		json_object_object_add(o, key, json_object_new_uint64(n.value));
}

static void set_text(struct json_object *o, const char *key, const char *text)
{
	if (text)
		json_object_object_add(o, key, json_object_new_string(text));
}

/* linux.resources of config.json, in the standard's names. */
static void change_config(struct update *u)
{
	struct json_object *all = object_in(object_in(u->config, "linux"), "resources");
	const struct spec_resources *c = &u->changed;
	struct json_object *memory = object_in(all, "memory"), *cpu = object_in(all, "cpu");

	set_i64(memory, "limit", c->memory.limit);
	set_i64(memory, "swap", c->memory.swap);
	set_i64(memory, "reservation", c->memory.reservation);
	set_u64(cpu, "shares", c->cpu.shares);
	set_i64(cpu, "quota", c->cpu.quota);
	set_u64(cpu, "period", c->cpu.period);
	set_i64(cpu, "realtimeRuntime", c->cpu.realtime_runtime);
	set_u64(cpu, "realtimePeriod", c->cpu.realtime_period);
	set_text(cpu, "cpus", c->cpu.cpus);
	set_text(cpu, "mems", c->cpu.mems);
	if (c->pids_limit.set)
		set_i64(object_in(all, "pids"), "limit", c->pids_limit);
	if (c->block_io.weight.set)
		set_u64(object_in(all, "blockIO"), "weight", c->block_io.weight);
}

/* HostConfig of the record, in Docker's names. */
static int change_record(struct update *u)
{
	const struct run_options *a = u->asked;
	struct restart_policy policy;
	struct json_object *restart;
	int64_t nano;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (*number_at(a, i))
			set_i64(u->host, numbers[i].member, (struct opt_i64){ true, *number_at(a, i) });
	/* what follows from the memory alone is shown, too, as after run */
	if (a->memory || a->memory_swap)
		set_i64(u->host, "MemorySwap", u->all.memory.swap);
	if (a->cpus && number_fixed(a->cpus, 9, &nano) == 0)
		set_i64(u->host, "NanoCpus", (struct opt_i64){ true, nano });
	set_text(u->host, "CpusetCpus", a->cpuset_cpus);
	set_text(u->host, "CpusetMems", a->cpuset_mems);
	if (!a->restart)
		return 0;
	r = restart_parse(a->restart, &policy);
	if (r < 0)
		return r;
	restart = object_in(u->host, "RestartPolicy");
	set_text(restart, "Name", restart_name(policy.when));
	set_i64(restart, "MaximumRetryCount", (struct opt_i64){ true, policy.max });
	return 0;
}

/* A change that fails half way is taken back: the limits are those of config.json again. */
static int change_cgroup(const struct update *u)
{
	struct cgroup_options options = { .path = u->h->record.cgroup, .id = u->h->record.id };
	struct json_object *before = json_get(json_get(u->config, "linux"), "resources");
	autocall(spec_resources_release) struct spec_resources old = { 0 };
	struct cgroup *cgroup = NULL;
	struct error_record why;
	int r = cgroup_find(&options, &cgroup);

	if (r == 0)
		r = cgroup_update(cgroup, &u->changed);
	if (r < 0 && r != -ENOENT) {
		error_pack(r, &why);
		if (cgroup && before && spec_parse_resources(before, &old) == 0) {
			/* its devices are none of update's business */
			old.devices.count = 0;
			(void)cgroup_update(cgroup, &old);
		}
		r = error_unpack(&why);
	}
	cgroup_free(&cgroup);
	return r == -ENOENT ? 0 : r; /* it has ended meanwhile */
}

static int write_back(const struct handle *h, const char *name, struct json_object *o)
{
	const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);

	return file_write(h->dir, name, text, strlen(text), 0600, FILE_VOLATILE);
}

static int update(struct update *u)
{
	struct handle *h = u->h;
	int r = json_read(h->dir, "record.json", FILE_LIMIT, &u->record);

	if (r == 0)
		r = json_read(h->dir, "config.json", FILE_LIMIT, &u->config);
	if (r < 0)
		return r == -ENOENT ? fail(-ENOENT, "no such container") : r;
	u->host = object_in(u->record, "HostConfig");
	if (u->asked->restart && json_object_get_boolean(json_get(u->host, "AutoRemove")))
		return fail(-EINVAL, "restart policy cannot be updated because AutoRemove is enabled for the container");
	r = merge(u);
	if (r == 0)
		r = resources_fill(&u->merged, &u->all);
	if (r < 0)
		return r;
	choose_changed(u);
	r = change_record(u);
	if (r == 0 && handle_runs(h))
		r = change_cgroup(u);
	if (r < 0)
		return r;
	change_config(u);
	r = write_back(h, "config.json", u->config);
	if (r == 0)
		r = write_back(h, "record.json", u->record);
	if (r == 0)
		handle_event(h, "update", NULL);
	return r;
}

int container_update(struct handle *h, const struct run_options *asked)
{
	struct update u = { .h = h, .asked = asked };
	int r = update(&u);

	update_release(&u);
	return r;
}
