/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cgroup_limits.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "runtime/cgroup_driver.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t cgroup_weight_of_shares(uint64_t shares)
{
	double l, exponent;

	/* 2 -> 1, 1024 -> 100, 262144 -> 10000, quadratic in between; the straight line of former times made 39 of 1024 */
	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	l = log2((double)shares);
	exponent = (l * l + 125 * l) / 612.0 - 7.0 / 34.0;
	return (uint64_t)ceil(pow(10, exponent) - 1e-9);
}

uint64_t cgroup_io_weight(uint64_t weight)
{
	return weight < 10 ? 1 : 1 + (weight - 10) * 9999 / 990;
}

void cgroup_values_release(struct cgroup_values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		struct cgroup_value *v = &values->items[i];

		free(v->file);
		free(v->value);
		free(v->other_file);
		free(v->other_value);
	}
	free(values->items);
	*values = (struct cgroup_values){ 0 };
}

static struct cgroup_value *add(struct cgroup_values *list, enum cgroup_controller controller, const char *why, const char *file,
				const char *format, ...) __attribute__((format(printf, 5, 6)));
static struct cgroup_value *add(struct cgroup_values *list, enum cgroup_controller controller, const char *why, const char *file,
				const char *format, ...)
{
	struct cgroup_value *v;
	char value[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(value, sizeof value, format, ap);
	va_end(ap);
	list->items = xrealloc(list->items, (list->count + 1) * sizeof *list->items);
	v = &list->items[list->count++];
	*v = (struct cgroup_value){ .controller = controller, .why = why, .file = xstrdup(file), .value = xstrdup(value) };
	return v;
}

/* A number of which anything negative is "no limit". */
static struct cgroup_value *add_limit(struct cgroup_values *list, enum cgroup_controller controller, const char *why,
				      const char *file, int64_t value, const char *none)
{
	return value < 0 ? add(list, controller, why, file, "%s", none) : add(list, controller, why, file, "%" PRId64, value);
}

/* Absent, or the 0 that callers write for absent. */
static bool given(struct opt_i64 value)
{
	return value.set && value.value != 0;
}

static bool given_u64(struct opt_u64 value)
{
	return value.set && value.value != 0;
}

/* ---- memory ------------------------------------------------------------------------------------------------------- */

static int check_memory(const struct spec_memory *m)
{
	if (m->limit.set && m->limit.value < -1)
		return fail(-EINVAL, "linux.resources.memory.limit: %" PRId64 " is negative", m->limit.value);
	if (m->swap.set && m->swap.value < -1)
		return fail(-EINVAL, "linux.resources.memory.swap: %" PRId64 " is negative", m->swap.value);
	if (given(m->swap) && m->swap.value > 0 && m->limit.set && m->limit.value > m->swap.value)
		return fail(-EINVAL, "linux.resources.memory.swap: memory plus swap (%" PRId64 ") is below memory (%" PRId64 ")",
			    m->swap.value, m->limit.value);
	if (m->swappiness.set && m->swappiness.value > 100)
		return fail(-EINVAL, "linux.resources.memory.swappiness: %" PRIu64 " is above 100", m->swappiness.value);
	return 0;
}

/* Unlimited memory with nothing said of swap makes swap unlimited, too. */
static int64_t swap_of(const struct spec_memory *m)
{
	if (given(m->swap))
		return m->swap.value;
	return m->limit.set && m->limit.value == -1 ? -1 : 0;
}

static void memory_v1(const struct spec_memory *m, struct cgroup_values *list)
{
	int64_t swap = swap_of(m);

	if (given(m->limit))
		add_limit(list, CGROUP_MEMORY, "no more memory than this", "memory.limit_in_bytes", m->limit.value, "-1");
	if (swap)
		add_limit(list, CGROUP_MEMORY, "memory and swap together", "memory.memsw.limit_in_bytes", swap, "-1")->optional =
			true;
	if (given(m->reservation))
		add_limit(list, CGROUP_MEMORY, "down to this when memory is short", "memory.soft_limit_in_bytes",
			  m->reservation.value, "-1");
	if (given(m->kernel_tcp))
		add_limit(list, CGROUP_MEMORY, "buffers of TCP", "memory.kmem.tcp.limit_in_bytes", m->kernel_tcp.value, "-1");
	if (m->disable_oom_killer.set && m->disable_oom_killer.value)
		add(list, CGROUP_MEMORY, "wait for memory instead of being killed", "memory.oom_control", "1");
	if (m->swappiness.set)
		add(list, CGROUP_MEMORY, "how willingly it is swapped out", "memory.swappiness", "%" PRIu64, m->swappiness.value)
			->optional = true;
}

static int memory_v2(const struct spec_memory *m, struct cgroup_values *list)
{
	int64_t swap = swap_of(m);

	if (swap > 0) {
		struct cgroup_value *v;

		/* v2 counts swap alone, so memory must be known */
		if (!given(m->limit) || m->limit.value < 0)
			return fail(-EINVAL, "linux.resources.memory.swap: memory plus swap is limited and memory is not");
		v = add(list, CGROUP_MEMORY, "swap beside the memory", "memory.swap.max", "%" PRId64, swap - m->limit.value);
		v->optional = true;
		v->quiet = swap == m->limit.value; /* no swap at all is what there is then */
	} else if (swap < 0) {
		struct cgroup_value *v = add(list, CGROUP_MEMORY, "swap beside the memory", "memory.swap.max", "max");

		v->optional = v->quiet = true;
	}
	if (given(m->limit))
		add_limit(list, CGROUP_MEMORY, "no more memory than this", "memory.max", m->limit.value, "max");
	if (given(m->reservation))
		add_limit(list, CGROUP_MEMORY, "protected up to this when memory is short", "memory.low", m->reservation.value,
			  "max");
	if (m->swappiness.set)
		log_warning("cgroup v2 has no swappiness of its own for a container: it is ignored");
	if (m->disable_oom_killer.set && m->disable_oom_killer.value)
		log_warning("cgroup v2 cannot switch the OOM killer off for a container: that is ignored");
	return 0;
}

/* ---- cpu ---------------------------------------------------------------------------------------------------------- */

static void cpu_v1(const struct spec_cpu *c, struct cgroup_values *list)
{
	if (c->idle.set)
		add(list, CGROUP_CPU, "runs only when nobody else wants to", "cpu.idle", "%" PRId64, c->idle.value);
	/* an idle group has no shares */
	if (given_u64(c->shares) && !(c->idle.set && c->idle.value == 1))
		add(list, CGROUP_CPU, "its share when processors are short", "cpu.shares", "%" PRIu64, c->shares.value);
	if (given_u64(c->realtime_period))
		add(list, CGROUP_CPU, NULL, "cpu.rt_period_us", "%" PRIu64, c->realtime_period.value);
	if (given(c->realtime_runtime))
		add(list, CGROUP_CPU, "time for realtime processes", "cpu.rt_runtime_us", "%" PRId64, c->realtime_runtime.value);
	if (given_u64(c->period))
		add(list, CGROUP_CPU, NULL, "cpu.cfs_period_us", "%" PRIu64, c->period.value);
	if (given(c->quota))
		add_limit(list, CGROUP_CPU, "microseconds of processor time in a period", "cpu.cfs_quota_us", c->quota.value, "-1");
	if (c->burst.set)
		add(list, CGROUP_CPU, "saved time it may use at once", "cpu.cfs_burst_us", "%" PRIu64, c->burst.value);
}

static int cpu_v2(const struct spec_cpu *c, struct cgroup_values *list)
{
	if (given_u64(c->realtime_period) || given(c->realtime_runtime))
		return fail(-ENOTSUP, "linux.resources.cpu.realtimeRuntime: cgroup v2 has no realtime limits");
	if (c->idle.set)
		add(list, CGROUP_CPU, "runs only when nobody else wants to", "cpu.idle", "%" PRId64, c->idle.value);
	if (given_u64(c->shares) && !(c->idle.set && c->idle.value == 1))
		add(list, CGROUP_CPU, "its share when processors are short", "cpu.weight", "%" PRIu64,
		    cgroup_weight_of_shares(c->shares.value));
	if (given(c->quota) && c->quota.value > 0 && given_u64(c->period))
		add(list, CGROUP_CPU, "microseconds of processor time in a period", "cpu.max", "%" PRId64 " %" PRIu64,
		    c->quota.value, c->period.value);
	else if (given(c->quota)) /* alone it leaves the period as it is */
		add_limit(list, CGROUP_CPU, "microseconds of processor time in a period", "cpu.max", c->quota.value, "max");
	else if (given_u64(c->period))
		add(list, CGROUP_CPU, NULL, "cpu.max", "max %" PRIu64, c->period.value);
	if (c->burst.set)
		add(list, CGROUP_CPU, "saved time it may use at once", "cpu.max.burst", "%" PRIu64, c->burst.value);
	return 0;
}

/* ---- block I/O ---------------------------------------------------------------------------------------------------- */

static void or_else(struct cgroup_value *v, const char *file, const char *value)
{
	v->other_file = xstrdup(file);
	v->other_value = xstrdup(value);
}

static int check_weight(const char *what, struct opt_u64 weight)
{
	if (given_u64(weight) && (weight.value < 10 || weight.value > 1000))
		return fail(-EINVAL, "linux.resources.blockIO.%s: %" PRIu64 " is not between 10 and 1000", what, weight.value);
	return 0;
}

static int io_weights(const struct spec_block_io *b, bool v2, struct cgroup_values *list)
{
	char text[64];
	int r = check_weight("weight", b->weight);

	if (r < 0)
		return r;
	if (given_u64(b->weight)) {
		struct cgroup_value *v = add(list, CGROUP_IO, "its share when the disk is busy",
					     v2 ? "io.bfq.weight" : "blkio.weight", "%" PRIu64, b->weight.value);

		snprintf(text, sizeof text, "%" PRIu64, v2 ? cgroup_io_weight(b->weight.value) : b->weight.value);
		or_else(v, v2 ? "io.weight" : "blkio.bfq.weight", text);
	}
	if (given_u64(b->leaf_weight) && !v2)
		add(list, CGROUP_IO, NULL, "blkio.leaf_weight", "%" PRIu64, b->leaf_weight.value);
	for (size_t i = 0; i < b->weight_devices.count; i++) {
		const struct spec_weight_device *d = &b->weight_devices.items[i];

		r = check_weight("weightDevice", d->weight);
		if (r < 0)
			return r;
		if (given_u64(d->weight)) {
			struct cgroup_value *v = add(list, CGROUP_IO, NULL, v2 ? "io.bfq.weight" : "blkio.weight_device",
						     "%" PRId64 ":%" PRId64 " %" PRIu64, d->major, d->minor, d->weight.value);

			if (!v2)
				or_else(v, "blkio.bfq.weight_device", v->value);
		}
		if (given_u64(d->leaf_weight) && !v2)
			add(list, CGROUP_IO, NULL, "blkio.leaf_weight_device", "%" PRId64 ":%" PRId64 " %" PRIu64, d->major,
			    d->minor, d->leaf_weight.value);
	}
	return 0;
}

static int io_limits(const struct spec_block_io *b, bool v2, struct cgroup_values *list)
{
	const struct {
		const struct spec_throttle_devices *devices;
		const char *v1_file, *v2_key, *why;
	} rows[] = {
		{ &b->read_bps, "blkio.throttle.read_bps_device", "rbps", "bytes a second it may read" },
		{ &b->write_bps, "blkio.throttle.write_bps_device", "wbps", "bytes a second it may write" },
		{ &b->read_iops, "blkio.throttle.read_iops_device", "riops", "reads a second" },
		{ &b->write_iops, "blkio.throttle.write_iops_device", "wiops", "writes a second" },
	};
	int r = io_weights(b, v2, list);

	for (size_t row = 0; r == 0 && row < ARRAY_SIZE(rows); row++)
		for (size_t i = 0; i < rows[row].devices->count; i++) {
			const struct spec_throttle_device *d = &rows[row].devices->items[i];

			if (v2)
				add(list, CGROUP_IO, rows[row].why, "io.max", "%" PRId64 ":%" PRId64 " %s=%" PRIu64, d->major,
				    d->minor, rows[row].v2_key, d->rate);
			else
				add(list, CGROUP_IO, rows[row].why, rows[row].v1_file, "%" PRId64 ":%" PRId64 " %" PRIu64, d->major,
				    d->minor, d->rate);
		}
	return r;
}

/* ---- the rest ----------------------------------------------------------------------------------------------------- */

/* Part of a file's name, or a whole one: nothing that leads to another directory. */
static bool is_file_name(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

static int other_limits(const struct spec_resources *r, uint32_t v2, struct cgroup_values *list)
{
	bool hugetlb_v2 = v2 & CGROUP_BIT(CGROUP_HUGETLB);

	if (r->cpu.cpus && *r->cpu.cpus)
		add(list, CGROUP_CPUSET, "on these processors alone", "cpuset.cpus", "%s", r->cpu.cpus);
	if (r->cpu.mems && *r->cpu.mems)
		add(list, CGROUP_CPUSET, "memory of these nodes alone", "cpuset.mems", "%s", r->cpu.mems);
	if (r->pids_limit.set)
		/* 0 is a limit (runtime-spec 1.3.0); as in runc it leaves room for the process itself, which is cloned into it */
		add_limit(list, CGROUP_PIDS, "no more processes than this", "pids.max",
			  r->pids_limit.value == 0 ? 1 : r->pids_limit.value, "max");
	for (size_t i = 0; i < r->hugepages.count; i++) {
		const struct spec_hugepage_limit *h = &r->hugepages.items[i];
		char file[64];

		if (!is_file_name(h->page_size) || strlen(h->page_size) > 16)
			return fail(-EINVAL, "linux.resources.hugepageLimits.pageSize: \"%s\" is no size", h->page_size);
		snprintf(file, sizeof file, hugetlb_v2 ? "hugetlb.%s.max" : "hugetlb.%s.limit_in_bytes", h->page_size);
		add(list, CGROUP_HUGETLB, "huge pages", file, "%" PRIu64, h->limit);
		snprintf(file, sizeof file, hugetlb_v2 ? "hugetlb.%s.rsvd.max" : "hugetlb.%s.rsvd.limit_in_bytes", h->page_size);
		struct cgroup_value *v = add(list, CGROUP_HUGETLB, NULL, file, "%" PRIu64, h->limit);

		v->optional = v->quiet = true; /* reservations are counted since Linux 5.7 */
	}
	for (size_t i = 0; i < r->rdma.count; i++) {
		const struct spec_rdma_limit *d = &r->rdma.items[i];
		char handles[48] = "", objects[48] = "";

		if (d->hca_handles.set)
			snprintf(handles, sizeof handles, " hca_handle=%" PRIu64, d->hca_handles.value);
		if (d->hca_objects.set)
			snprintf(objects, sizeof objects, " hca_object=%" PRIu64, d->hca_objects.value);
		add(list, CGROUP_RDMA, "RDMA resources", "rdma.max", "%s%s%s", d->device, handles, objects);
	}
	if (r->network.class_id.set)
		add(list, CGROUP_NET_CLS, "class of its network packets", "net_cls.classid", "%" PRIu64, r->network.class_id.value);
	for (size_t i = 0; i < r->network.priorities.count; i++)
		add(list, CGROUP_NET_PRIO, "priority of its network packets", "net_prio.ifpriomap", "%s %" PRIu32,
		    r->network.priorities.items[i].name, r->network.priorities.items[i].priority);
	for (size_t i = 0; i < r->unified.count; i++) {
		const struct spec_pair *pair = &r->unified.items[i];

		if (!is_file_name(pair->key))
			return fail(-EINVAL, "linux.resources.unified: \"%s\" is not a file of a cgroup", pair->key);
		add(list, CGROUP_UNIFIED, "as linux.resources.unified says", pair->key, "%s", pair->value);
	}
	return 0;
}

int cgroup_limits_list(const struct spec_resources *resources, uint32_t v2, struct cgroup_values *ret)
{
	int r = check_memory(&resources->memory);

	if (r < 0)
		return r;
	if (v2 & CGROUP_BIT(CGROUP_MEMORY))
		r = memory_v2(&resources->memory, ret);
	else
		memory_v1(&resources->memory, ret);
	if (r == 0 && v2 & CGROUP_BIT(CGROUP_CPU))
		r = cpu_v2(&resources->cpu, ret);
	else if (r == 0)
		cpu_v1(&resources->cpu, ret);
	if (r == 0)
		r = io_limits(&resources->block_io, v2 & CGROUP_BIT(CGROUP_IO), ret);
	return r < 0 ? r : other_limits(resources, v2, ret);
}

/* "No limit" is what a cgroup has anyway: callers say it where there is no controller for it, too. */
static bool is_unlimited(const struct cgroup_value *v)
{
	return strcmp(v->value, "max") == 0 || strcmp(v->value, "-1") == 0;
}

uint32_t cgroup_limits_needed(const struct spec_resources *resources)
{
	autocall(cgroup_values_release) struct cgroup_values list = { 0 };
	uint32_t mask = 0;

	/* an invalid value is said when it is applied */
	(void)cgroup_limits_list(resources, 0, &list);
	for (size_t i = 0; i < list.count; i++)
		if (!list.items[i].optional && !is_unlimited(&list.items[i]))
			mask |= CGROUP_BIT(list.items[i].controller);
	/* "memory.high" needs the memory controller */
	for (size_t i = 0; i < resources->unified.count; i++) {
		autofree char *name = xstrndup(resources->unified.items[i].key, strcspn(resources->unified.items[i].key, "."));

		mask |= cgroup_controllers_parse(name);
	}
	return mask & ~CGROUP_BIT(CGROUP_UNIFIED);
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

static int write_value(struct cgroup_dir *dir, const struct cgroup_value *v)
{
	int r = cgroup_dir_write(dir, v->why, v->file, v->value);

	if (r == -ENOENT && v->other_file)
		r = cgroup_dir_write(dir, v->why, v->other_file, v->other_value);
	if (r == -ENOENT && v->optional) {
		if (!v->quiet)
			log_warning("this kernel cannot limit %s for a container (%s is missing): that limit is ignored",
				    strstr(v->file, "swap") || strstr(v->file, "memsw") ? "swap" : v->file, v->file);
		return 0;
	}
	return r;
}

/* The kernel of v2 takes a limit below what is used, and then kills; v1's refuses. */
static int check_before_update(const struct cgroup *cgroup, const struct spec_memory *memory)
{
	struct cgroup_dir *dir = cgroup_dir_with(cgroup, CGROUP_MEMORY);
	uint64_t usage;

	if (!dir || !dir->v2 || !memory->check_before_update.set || !memory->check_before_update.value || !memory->limit.set ||
	    memory->limit.value <= 0)
		return 0;
	if (cgroup_dir_read_number(dir, "memory.current", &usage) == 0 && usage > (uint64_t)memory->limit.value)
		return fail(-EBUSY, "limit memory to %" PRId64 " bytes: %" PRIu64 " are in use", memory->limit.value, usage);
	return 0;
}

int cgroup_limits_apply(struct cgroup *cgroup, const struct spec_resources *resources, bool fresh)
{
	autocall(cgroup_values_release) struct cgroup_values list = { 0 };
	const struct cgroup_value *later = NULL;
	uint32_t v2 = 0;
	int r;

	if (resources->unified.count && !cgroup->pure)
		return fail(-ENOTSUP, "linux.resources.unified: invalid configuration: cannot use unified on cgroup v1");
	for (size_t i = 0; i < cgroup->count; i++)
		if (cgroup->dirs[i].v2)
			v2 |= cgroup->dirs[i].controllers;
	if (cgroup->pure)
		v2 = UINT32_MAX;
	r = cgroup_limits_list(resources, v2, &list);
	if (r == 0 && !fresh)
		r = check_before_update(cgroup, &resources->memory);
	for (size_t i = 0; r == 0 && i < list.count; i++) {
		const struct cgroup_value *v = &list.items[i];
		struct cgroup_dir *dir = cgroup_dir_with(cgroup, v->controller);

		if (!dir || cgroup_dir_fd(dir) < 0) {
			/* check_needed of cgroup.c has spoken of all others */
			if (!v->optional && !is_unlimited(v))
				log_warning("this machine has no cgroup for %s: that limit is ignored", v->file);
			continue;
		}
		r = write_value(dir, v);
		/*
		 * Two files that limit each other (memory and memory+swap, period and quota, burst and quota): the kernel refuses
		 * the first until the second is changed. Then the other way round.
		 */
		if (r == -EINVAL && i + 1 < list.count && list.items[i + 1].controller == v->controller && !later) {
			later = v;
			r = 0;
		} else if (r == 0 && later) {
			r = write_value(dir, later);
			later = NULL;
		}
	}
	if (r == 0 && later)
		r = write_value(cgroup_dir_with(cgroup, later->controller), later);
	return r;
}
