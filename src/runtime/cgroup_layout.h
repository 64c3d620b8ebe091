/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which cgroup hierarchies this machine has, and where: one for pure v2, one for each v1 controller (or group of them)
 * plus the v2 tree of the hybrid layout. Parsing is pure text, so that a test can show it other machines' files. Used by
 * the cgroup drivers alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One bit each in the masks below. */
enum cgroup_controller {
	CGROUP_CPU,
	CGROUP_CPUACCT,
	CGROUP_CPUSET,
	CGROUP_MEMORY,
	CGROUP_PIDS,
	CGROUP_IO, /* blkio in v1 */
	CGROUP_HUGETLB,
	CGROUP_DEVICES,
	CGROUP_FREEZER,
	CGROUP_NET_CLS,
	CGROUP_NET_PRIO,
	CGROUP_PERF_EVENT,
	CGROUP_RDMA,
	CGROUP_MISC,
	CGROUP_NAMED,   /* v1 without controllers: name=systemd */
	CGROUP_UNIFIED, /* a v2 tree, whatever its controllers: freeze, kill, clone into */
	CGROUP_CONTROLLER_COUNT
};
#define CGROUP_BIT(c) (1U << (c))

#define CGROUP_HIERARCHY_MAX 20

struct cgroup_hierarchy {
	char *mount; /* "/sys/fs/cgroup/cpu" */
	char *root;  /* what of the hierarchy is mounted there: "/", or in some containers a path below it */
	char *own;   /* the cgroup of this process, from the hierarchy's root; NULL when it was not asked for */
	uint32_t controllers;
	bool v2;
};

struct cgroup_layout {
	struct cgroup_hierarchy items[CGROUP_HIERARCHY_MAX];
	size_t count;
	bool pure; /* v2 alone */
};

/* Looks at the machine; @want_own fills own. -ENOENT with words where no cgroup filesystem is mounted. */
int cgroup_layout_find(bool want_own, struct cgroup_layout *ret);
void cgroup_layout_release(struct cgroup_layout *layout);
/* From the text of /proc/self/mountinfo. */
void cgroup_layout_parse_mounts(const char *mountinfo, struct cgroup_layout *ret);
/* Fills own from the text of /proc/self/cgroup. */
void cgroup_layout_parse_own(const char *text, struct cgroup_layout *layout);
/* The mask of a list as "cpu,cpuacct" or "cpu io memory". */
uint32_t cgroup_controllers_parse(const char *list);
/* Name of a controller as v2 (or v1) spells it. */
const char *cgroup_controller_name(enum cgroup_controller controller, bool v2);
/*
 * The directory for linux.cgroupsPath @path in one hierarchy: an absolute one counts from the mount point, a relative one
 * from the process's own cgroup in v1 and from that one's parent in v2 (it has processes, so it may not delegate), as
 * runc. ".." never leaves. Caller frees.
 */
char *cgroup_hierarchy_place(const struct cgroup_hierarchy *hierarchy, const char *path);
