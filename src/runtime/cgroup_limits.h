/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From linux.resources to the files of cgroups and the values in them: pure, so that a test can compare both versions'
 * lists without a cgroup. Device rules are cgroup_device.h's.
 */
#include "runtime/cgroup_layout.h"
#include "runtime/spec.h"

struct cgroup_value {
	enum cgroup_controller controller;
	const char *why; /* static */
	char *file, *value;
	char *other_file, *other_value; /* to try where file does not exist; NULL: none */
	bool optional;                  /* where neither exists, a warning is enough (swap accounting) */
	bool quiet;                     /* and not even that */
};

struct cgroup_values {
	struct cgroup_value *items;
	size_t count;
};

void cgroup_values_release(struct cgroup_values *values);
/*
 * The list for @resources in the order of writing; a controller whose bit is in @v2 gets v2's files. -EINVAL (or -ENOTSUP)
 * with words that name the property.
 */
int cgroup_limits_list(const struct spec_resources *resources, uint32_t v2, struct cgroup_values *ret);
/* cpu.shares (2 to 262144, 1024 is usual) as cpu.weight (1 to 10000, 100 is usual), as runc 1.4 and crun 1.23 do. */
uint64_t cgroup_weight_of_shares(uint64_t shares);
/* blkio.weight (10 to 1000) as io.weight (1 to 10000). */
uint64_t cgroup_io_weight(uint64_t weight);
