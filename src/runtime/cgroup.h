/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One container's cgroup, whatever the layout: pure v2, v1 (hybrid with a v2 tree beside it counts as v1). Runs in the
 * parent half. Drivers are cgroup_v2.c, cgroup_v1.c and cgroup_systemd.c; nothing outside them knows which one it is.
 * A cgroup is found again by its path alone, so that any process can kill, freeze, measure or remove it later.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cgroup;

/*
 * The engine's place for a container: CGROUP_PLACE is its cgroupsPath. It stands at the root of the tree and not in a parent
 * of hoy's own, which would have to be made and removed in each hierarchy with every single container (0.5 ms in v1).
 */
#define CGROUP_PLACE  "/hoy-%s"
#define CGROUP_PARENT "hoy" /* a cgroupsPath of /hoy/NAME is fine, too: the parent is removed with its last cgroup */

struct cgroup_options {
	/* linux.cgroupsPath: absolute counts from the tree's root, relative from the default parent; NULL: from @id. With systemd
	 * "slice:prefix:name" */
	const char *path;
	const char *id;
	bool systemd;
	bool user;     /* its own systemd and not the system's: no process of root's asks */
	bool rootless; /* not being able to make one is no error unless limits were asked for */
	bool delegate; /* v2: it belongs to @owner, who may make cgroups below it */
	uid_t owner;
	const struct spec_pairs *annotations; /* systemd: org.systemd.property.NAME becomes a property; NULL: none */
	/* told, with what cgroup_open takes, before anything is made, so that it can be found after a kill; NULL: nobody is */
	int (*planned)(void *data, const char *path);
	void *data;
};

/*
 * Makes the cgroup (in every hierarchy that is mounted) and applies all limits but those that need the process inside.
 * -EEXIST with words when a cgroup of that path exists and has processes; on other failures nothing is left. *@ret is
 * NULL when it is rootless, may make no cgroup, and no limit was asked for. Caller frees with cgroup_free (which removes
 * nothing).
 */
int cgroup_create(const struct cgroup_options *options, const struct spec_resources *resources, struct cgroup **ret);
/*
 * The same in two: first what a process can be cloned into (the v2 directory, if there is one), then the rest, while that process
 * is at work already. When the second fails, what was made is there until cgroup_remove. Not for a rootless cgroup.
 */
int cgroup_begin(const struct cgroup_options *options, const struct spec_resources *resources, struct cgroup **ret);
int cgroup_complete(struct cgroup *cgroup, const struct cgroup_options *options, const struct spec_resources *resources);
/* Finds the cgroup that cgroup_create made, by the path that cgroup_path returned; -ENOENT without words when gone. */
int cgroup_open(const char *path, struct cgroup **ret);
/*
 * The same, but the existing cgroups @subs below it, for a process that `exec --cgroup` puts there: each "PATH", or in v1
 * "CONTROLLER[,…]:PATH" for some hierarchies alone. None may lead outside. -ENOENT with words when there is no such one.
 */
int cgroup_open_below(const char *path, const struct strv *subs, struct cgroup **ret);
/* The same, but the cgroup below it that the process @pid is in (v2). -ENOENT without words when it is elsewhere. */
int cgroup_open_beside(const char *path, pid_t pid, struct cgroup **ret);
/* The same by the options it was made with: for who was killed before it could write the path down. */
int cgroup_find(const struct cgroup_options *options, struct cgroup **ret);
void cgroup_free(struct cgroup **cgroup);
/* Init is in it: until now somebody kept systemd's scope from ending for want of processes. */
void cgroup_settled(struct cgroup *cgroup);
/* The controllers that @resources needs: none when it limits nothing. */
uint32_t cgroup_limits_needed(const struct spec_resources *resources);
/* Its directory in the hierarchy of @controllers, as /proc/PID/cgroup names them ("" is v2); NULL: none. Borrowed. */
const char *cgroup_directory(const struct cgroup *cgroup, const char *controllers);
/* The string for the state file, opaque but stable. */
const char *cgroup_path(const struct cgroup *cgroup);
/*
 * A directory descriptor for clone3's CLONE_INTO_CGROUP (Linux 5.7), or -1. Borrowed. Hybrid machines have one, too: the
 * child is then in the v2 tree and still has to enter the v1 hierarchies, by cgroup_enter_self.
 */
int cgroup_clone_fd(const struct cgroup *cgroup);
/*
 * Moves the calling process, which must have one thread, before it unshares its cgroup namespace or changes its user or
 * root. @cloned_into: it was born in cgroup_clone_fd. This is the fast way: cgroup.procs takes a lock that waits for an
 * RCU grace period (4 to 14 ms, measured on 6.18), clone3 into the v2 cgroup and "0" written to v1's tasks do not
 * (0.25 ms for nine hierarchies). Allocates nothing.
 */
int cgroup_enter_self(const struct cgroup *cgroup, bool cloned_into);
/* Changes limits; every value is tried in the order the kernel accepts (memory before swap or after). */
int cgroup_update(struct cgroup *cgroup, const struct spec_resources *resources);
int cgroup_freeze(struct cgroup *cgroup, bool frozen);
int cgroup_is_frozen(struct cgroup *cgroup, bool *ret);
/* SIGKILL to everything inside, frozen or not: cgroup.kill (Linux 5.14), or freeze, kill and thaw. */
int cgroup_kill(struct cgroup *cgroup);
/* Removes it with its children, waiting a bounded time for the last process to go. A missing one is fine. */
int cgroup_remove(struct cgroup *cgroup);
/* Every process inside, children included; caller frees *@ret. */
int cgroup_pids(struct cgroup *cgroup, pid_t **ret, size_t *ret_count);

/* Numbers for `events`, `stats` and the OOM sentence. Absent ones are UINT64_MAX. */
struct cgroup_stats {
	uint64_t memory_usage, memory_limit, memory_peak, memory_cache, swap_usage, swap_limit;
	uint64_t memory_failures; /* how often the limit was met */
	uint64_t oom_kills;       /* processes killed because of this cgroup's limit */
	uint64_t cpu_usage_ns, cpu_user_ns, cpu_system_ns, cpu_throttled_ns, cpu_periods, cpu_throttled;
	uint64_t pids, pids_limit;
	uint64_t cpu_quota_us, cpu_period_us; /* no quota: absent */
	uint64_t cpu_weight;                  /* v2's cpu.weight or v1's cpu.shares */
	uint64_t io_read_bytes, io_write_bytes;
};
int cgroup_stats(struct cgroup *cgroup, struct cgroup_stats *ret);
/*
 * The kernel's own lines, "NAME NUMBER" of memory.stat, and of each device "8:0 Read 4096" (v1, bytes or with @count calls) or
 * "8:0 rbytes=4096 wbytes=0 rios=1 ..." (v2). Nothing is called where there is no such file.
 */
typedef void cgroup_stats_line(const char *line, void *data);
void cgroup_stats_memory_lines(struct cgroup *cgroup, cgroup_stats_line *line, void *data);
void cgroup_stats_io_lines(struct cgroup *cgroup, bool count, cgroup_stats_line *line, void *data);
/*
 * Calls @visit with each of its directories and the hierarchy's controllers as v1 or v2 spells them: "cpu,cpuacct" and
 * "/sys/fs/cgroup/cpu,cpuacct/hoy-3f2a…"; "" is a v2 tree that has none.
 */
void cgroup_each_directory(const struct cgroup *cgroup, void (*visit)(const char *controllers, const char *path, void *data),
			   void *data);
/* Only the count of OOM kills: cheap, for the end of a container. */
int cgroup_oom_kills(struct cgroup *cgroup, uint64_t *ret);
