/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect_live.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/proc.h"
#include "runtime/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The file in /proc/PID/ns, and the standard's word. */
static const struct {
	const char *file, *name;
} namespaces[] = {
	{ "cgroup", "cgroup" }, { "ipc", "ipc" },   { "mnt", "mount" }, { "net", "network" },
	{ "pid", "pid" },       { "time", "time" }, { "user", "user" }, { "uts", "uts" },
};

static void put_namespaces(pid_t pid, struct json_writer *w)
{
	json_begin_object(w, "Namespaces");
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++) {
		char path[64], own[32];
		struct stat st, host;

		snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, namespaces[i].file);
		snprintf(own, sizeof own, "/proc/self/ns/%s", namespaces[i].file);
		if (stat(path, &st) < 0)
			continue; /* a kernel without it, or the process is gone */
		json_begin_object(w, namespaces[i].name);
		json_put_u64(w, "Inode", st.st_ino);
		json_put_bool(w, "Host", stat(own, &host) == 0 && host.st_ino == st.st_ino && host.st_dev == st.st_dev);
		json_put_str(w, "Path", path);
		json_end_object(w);
	}
	json_end_object(w);
}

static void put_directory(const char *controllers, const char *path, void *data)
{
	json_put_str(data, *controllers ? controllers : "unified", path);
}

/* No limit, and a number that this kernel does not tell, are null. */
static void put_number(struct json_writer *w, const char *name, uint64_t value)
{
	if (value == UINT64_MAX)
		json_put_null(w, name);
	else
		json_put_u64(w, name, value);
}

static void put_use(const struct cgroup_stats *s, struct json_writer *w)
{
	json_begin_object(w, "Limits");
	put_number(w, "Memory", s->memory_limit);
	put_number(w, "Pids", s->pids_limit);
	put_number(w, "CpuQuota", s->cpu_quota_us);
	put_number(w, "CpuPeriod", s->cpu_period_us);
	put_number(w, "CpuWeight", s->cpu_weight);
	json_end_object(w);
	json_begin_object(w, "Use");
	put_number(w, "Memory", s->memory_usage);
	put_number(w, "MemoryCache", s->memory_cache);
	put_number(w, "MemoryPeak", s->memory_peak);
	put_number(w, "Swap", s->swap_usage);
	put_number(w, "OomKills", s->oom_kills);
	put_number(w, "Pids", s->pids);
	put_number(w, "CpuNanoseconds", s->cpu_usage_ns);
	put_number(w, "CpuThrottledNanoseconds", s->cpu_throttled_ns);
	put_number(w, "BlockRead", s->io_read_bytes);
	put_number(w, "BlockWrite", s->io_write_bytes);
	json_end_object(w);
}

static void put_cgroup(const struct handle *h, struct json_writer *w)
{
	struct cgroup_options options = { .path = h->record.cgroup, .id = h->record.id };
	struct cgroup *cgroup = NULL;
	struct cgroup_stats stats;

	json_begin_object(w, "Cgroup");
	json_put_str(w, "Path", h->record.cgroup);
	if (handle_runs(h) && cgroup_find(&options, &cgroup) == 0) {
		json_begin_object(w, "Directories");
		cgroup_each_directory(cgroup, put_directory, w);
		json_end_object(w);
		if (cgroup_stats(cgroup, &stats) == 0)
			put_use(&stats, w);
	}
	cgroup_free(&cgroup);
	json_end_object(w);
}

void inspect_live(struct handle *h, struct json_writer *w)
{
	autocall(proc_release) struct proc first = { 0 };
	autofd int pidfd = -1;

	json_begin_object(w, "Hoy");
	/* held while we look: its number is nobody else's */
	if (handle_runs(h) && handle_pidfd(h, &pidfd) == 0 && proc_read(h->state.pid, &first) == 0) {
		json_put_i64(w, "MonitorPid", h->state.monitor);
		json_put_i64(w, "HostPid", first.pid);
		json_put_i64(w, "ContainerPid", first.inside[first.levels - 1]);
		put_namespaces(first.pid, w);
	}
	error_clear();
	put_cgroup(h, w);
	json_end_object(w);
}
