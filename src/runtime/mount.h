/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Does what the plan says, entry by entry, on targets pinned inside the container's root. Init's half, before pivot_root. */
#include "runtime/mount_plan.h"

struct init;

int mount_apply(struct init *in, const struct mount_plan *plan);
/* One entry of each kind; the first two are mount_bind.c's and mount_cgroup.c's. */
int mount_bind(struct init *in, const struct mount_entry *entry);
int mount_cgroup(struct init *in, const struct mount_entry *entry);
/* A new filesystem on @entry's destination; returns its descriptor. */
int mount_filesystem(struct init *in, const struct mount_entry *entry);
/*
 * Refuses what would forge procfs for the programs inside: anything but a procfs at /proc, and mounts in it other than over
 * the files that are there to be replaced (CVE-2019-16884, CVE-2019-19921). @source: what is bound, or -1.
 */
int mount_check_proc(const struct mount_entry *entry, int target, int source);
