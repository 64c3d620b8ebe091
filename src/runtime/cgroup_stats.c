/* SPDX-License-Identifier: Apache-2.0 */
/* What a container uses, read from its cgroup's files; one table for both versions where a file holds one number. */
#include "base/memory.h"
#include "runtime/cgroup_driver.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_US 1000
/* v1 says "no limit" as the largest page-aligned number. */
#define V1_UNLIMITED UINT64_C(0x7ffffffffffff000)

struct number_file {
	enum cgroup_controller controller;
	bool v2;
	const char *file, *key; /* key NULL: the file is one number */
	size_t field;
	uint64_t factor;
};
#define FIELD(name) offsetof(struct cgroup_stats, name)

static const struct number_file files[] = {
	{ CGROUP_MEMORY, true, "memory.current", NULL, FIELD(memory_usage), 1 },
	{ CGROUP_MEMORY, true, "memory.max", NULL, FIELD(memory_limit), 1 },
	{ CGROUP_MEMORY, true, "memory.peak", NULL, FIELD(memory_peak), 1 },
	{ CGROUP_MEMORY, true, "memory.stat", "inactive_file", FIELD(memory_cache), 1 },
	{ CGROUP_MEMORY, true, "memory.swap.current", NULL, FIELD(swap_usage), 1 },
	{ CGROUP_MEMORY, true, "memory.swap.max", NULL, FIELD(swap_limit), 1 },
	{ CGROUP_MEMORY, true, "memory.events", "max", FIELD(memory_failures), 1 },
	{ CGROUP_MEMORY, true, "memory.events", "oom_kill", FIELD(oom_kills), 1 },
	{ CGROUP_UNIFIED, true, "cpu.stat", "usage_usec", FIELD(cpu_usage_ns), NS_PER_US },
	{ CGROUP_UNIFIED, true, "cpu.stat", "user_usec", FIELD(cpu_user_ns), NS_PER_US },
	{ CGROUP_UNIFIED, true, "cpu.stat", "system_usec", FIELD(cpu_system_ns), NS_PER_US },
	{ CGROUP_CPU, true, "cpu.stat", "throttled_usec", FIELD(cpu_throttled_ns), NS_PER_US },
	{ CGROUP_CPU, true, "cpu.stat", "nr_periods", FIELD(cpu_periods), 1 },
	{ CGROUP_CPU, true, "cpu.stat", "nr_throttled", FIELD(cpu_throttled), 1 },
	{ CGROUP_CPU, true, "cpu.weight", NULL, FIELD(cpu_weight), 1 },
	{ CGROUP_PIDS, true, "pids.current", NULL, FIELD(pids), 1 },
	{ CGROUP_PIDS, true, "pids.max", NULL, FIELD(pids_limit), 1 },
	{ CGROUP_MEMORY, false, "memory.usage_in_bytes", NULL, FIELD(memory_usage), 1 },
	{ CGROUP_MEMORY, false, "memory.limit_in_bytes", NULL, FIELD(memory_limit), 1 },
	{ CGROUP_MEMORY, false, "memory.max_usage_in_bytes", NULL, FIELD(memory_peak), 1 },
	{ CGROUP_MEMORY, false, "memory.stat", "total_inactive_file", FIELD(memory_cache), 1 },
	{ CGROUP_MEMORY, false, "memory.memsw.usage_in_bytes", NULL, FIELD(swap_usage), 1 },
	{ CGROUP_MEMORY, false, "memory.memsw.limit_in_bytes", NULL, FIELD(swap_limit), 1 },
	{ CGROUP_MEMORY, false, "memory.failcnt", NULL, FIELD(memory_failures), 1 },
	{ CGROUP_MEMORY, false, "memory.oom_control", "oom_kill", FIELD(oom_kills), 1 },
	{ CGROUP_CPUACCT, false, "cpuacct.usage", NULL, FIELD(cpu_usage_ns), 1 },
	{ CGROUP_CPUACCT, false, "cpuacct.usage_user", NULL, FIELD(cpu_user_ns), 1 },
	{ CGROUP_CPUACCT, false, "cpuacct.usage_sys", NULL, FIELD(cpu_system_ns), 1 },
	{ CGROUP_CPU, false, "cpu.stat", "throttled_time", FIELD(cpu_throttled_ns), 1 },
	{ CGROUP_CPU, false, "cpu.stat", "nr_periods", FIELD(cpu_periods), 1 },
	{ CGROUP_CPU, false, "cpu.stat", "nr_throttled", FIELD(cpu_throttled), 1 },
	{ CGROUP_CPU, false, "cpu.shares", NULL, FIELD(cpu_weight), 1 },
	{ CGROUP_CPU, false, "cpu.cfs_period_us", NULL, FIELD(cpu_period_us), 1 },
	{ CGROUP_PIDS, false, "pids.current", NULL, FIELD(pids), 1 },
	{ CGROUP_PIDS, false, "pids.max", NULL, FIELD(pids_limit), 1 },
};

/* io.stat: "8:0 rbytes=1 wbytes=2 …" a line a device. */
static void read_io_v2(struct cgroup_dir *dir, struct cgroup_stats *stats)
{
	char text[65536];

	if (cgroup_dir_read(dir, "io.stat", text, sizeof text) < 0)
		return;
	stats->io_read_bytes = stats->io_write_bytes = 0;
	for (const char *p = text; (p = strstr(p, "bytes=")); p += 6)
		if (p > text && p[-1] == 'r')
			stats->io_read_bytes += strtoull(p + 6, NULL, 10);
		else if (p > text && p[-1] == 'w')
			stats->io_write_bytes += strtoull(p + 6, NULL, 10);
}

/* "8:0 Read 4096" a line. */
static void read_io_v1(struct cgroup_dir *dir, struct cgroup_stats *stats)
{
	char text[65536];

	if (cgroup_dir_read(dir, "blkio.throttle.io_service_bytes_recursive", text, sizeof text) < 0)
		return;
	stats->io_read_bytes = stats->io_write_bytes = 0;
	for (const char *p = text; (p = strstr(p, " Read ")); p += 6)
		stats->io_read_bytes += strtoull(p + 6, NULL, 10);
	for (const char *p = text; (p = strstr(p, " Write ")); p += 7)
		stats->io_write_bytes += strtoull(p + 7, NULL, 10);
}

/* v2: "50000 100000" or "max 100000" in one file; v1: the quota in one of its own, -1 for none. */
static void read_quota(struct cgroup_dir *dir, struct cgroup_stats *stats)
{
	char text[64], *end;
	ssize_t n = cgroup_dir_read(dir, dir->v2 ? "cpu.max" : "cpu.cfs_quota_us", text, sizeof text);

	if (n <= 0)
		return;
	if (text[0] >= '0' && text[0] <= '9')
		stats->cpu_quota_us = strtoull(text, NULL, 10);
	end = strchr(text, ' ');
	if (end)
		stats->cpu_period_us = strtoull(end + 1, NULL, 10);
}

static int read_file(struct cgroup *cgroup, const struct number_file *f, uint64_t *ret)
{
	struct cgroup_dir *dir = cgroup_dir_with(cgroup, f->controller);
	uint64_t value;
	int r;

	if (!dir || dir->v2 != f->v2)
		return -ENOENT;
	r = f->key ? cgroup_dir_read_key(dir, f->file, f->key, &value) : cgroup_dir_read_number(dir, f->file, &value);
	if (r == 0)
		*ret = value == UINT64_MAX || (!f->v2 && value >= V1_UNLIMITED) ? UINT64_MAX : value * f->factor;
	return r;
}

int cgroup_stats(struct cgroup *cgroup, struct cgroup_stats *ret)
{
	struct cgroup_dir *io = cgroup_dir_with(cgroup, CGROUP_IO), *memory = cgroup_dir_with(cgroup, CGROUP_MEMORY);
	struct cgroup_dir *cpu = cgroup_dir_with(cgroup, CGROUP_CPU);
	struct cgroup_stats stats;

	memset(&stats, 0xff, sizeof stats);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		uint64_t *field = (uint64_t *)(void *)((char *)&stats + files[i].field);

		/* cpu.stat of a hybrid's v2 half knows nothing that cpuacct does not */
		if (*field == UINT64_MAX)
			(void)read_file(cgroup, &files[i], field);
	}
	/* v1 counts memory and swap together */
	if (memory && !memory->v2 && stats.swap_usage != UINT64_MAX)
		stats.swap_usage = stats.swap_usage > stats.memory_usage ? stats.swap_usage - stats.memory_usage : 0;
	if (cpu)
		read_quota(cpu, &stats);
	if (io && io->v2)
		read_io_v2(io, &stats);
	else if (io)
		read_io_v1(io, &stats);
	*ret = stats;
	return 0;
}

int cgroup_oom_kills(struct cgroup *cgroup, uint64_t *ret)
{
	struct cgroup_dir *dir = cgroup_dir_with(cgroup, CGROUP_MEMORY);

	if (!dir)
		return -ENOENT;
	return cgroup_dir_read_key(dir, dir->v2 ? "memory.events" : "memory.oom_control", "oom_kill", ret);
}

static void each_line(struct cgroup_dir *dir, const char *file, cgroup_stats_line *line, void *data)
{
	char text[65536], *save = NULL;

	if (!dir || cgroup_dir_read(dir, file, text, sizeof text) < 0)
		return;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		line(l, data);
}

void cgroup_stats_memory_lines(struct cgroup *cgroup, cgroup_stats_line *line, void *data)
{
	each_line(cgroup_dir_with(cgroup, CGROUP_MEMORY), "memory.stat", line, data);
}

void cgroup_stats_io_lines(struct cgroup *cgroup, bool count, cgroup_stats_line *line, void *data)
{
	struct cgroup_dir *dir = cgroup_dir_with(cgroup, CGROUP_IO);

	if (dir && dir->v2)
		each_line(dir, "io.stat", line, data);
	else
		each_line(dir, count ? "blkio.throttle.io_serviced_recursive" : "blkio.throttle.io_service_bytes_recursive", line,
			  data);
}
