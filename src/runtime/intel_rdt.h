/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * linux.intelRdt (runtime-spec 1.3.0): a share of the caches and of the memory's bandwidth, by the resctrl file system
 * (Documentation/filesystems/resctrl.rst). A control group is a directory with a file "schemata"; a process belongs to it by
 * "tasks". The parent's half makes it, init and whoever joins the container enter it, delete removes what bears the
 * container's id; a closID is somebody else's and stays.
 */
#include "runtime/spec.h"

#include <stdbool.h>

struct intel_rdt {
	char *group;   /* its control group's directory; NULL: none */
	char *monitor; /* its monitoring group's; NULL: none */
	bool group_is_own, group_made, monitor_made;
};

/* Where resctrl is mounted; -ENODEV with words when it is not. */
int intel_rdt_root(const char **ret);
/* Where the groups of container @id are or would be, below @root; nothing is made. */
void intel_rdt_plan(const struct spec_intel_rdt *spec, const char *root, const char *id, struct intel_rdt *ret);
/* Makes what is missing and writes the schemata, or checks that an existing closID has them. On failure nothing is left. */
int intel_rdt_make(const struct spec_intel_rdt *spec, struct intel_rdt *rdt);
/* Puts the calling process there. */
int intel_rdt_enter(const struct intel_rdt *rdt);
/* Writes new schemata (either may be NULL), for `update`. */
int intel_rdt_update(const struct intel_rdt *rdt, const char *l3_cache, const char *mem_bw);
/* Removes what was made here: after a failure. */
void intel_rdt_undo(const struct intel_rdt *rdt);
/* Removes what is the container's own; missing is fine. */
int intel_rdt_remove(const struct intel_rdt *rdt);
void intel_rdt_release(struct intel_rdt *rdt);
