/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Docker's default container as tables: what every container gets that asks for nothing. See spec.c for what changes it. */
#include "runtime/spec.h"

#include <stdbool.h>

struct default_mounts {
	bool privileged;  /* /sys and cgroups are writable */
	bool cgroup_rw;   /* only the cgroups are */
	int64_t shm_size; /* bytes; 0: 64 MiB */
	const char *shm;  /* what is bound at /dev/shm; NULL: a tmpfs of its own, "": nothing */
};

/*
 * Adds the default mounts to @mounts: /proc, /dev, /dev/pts, /sys, /sys/fs/cgroup, /dev/mqueue, /dev/shm. Those at or below a
 * destination in @user are left out: the user's own mount is meant.
 */
void spec_default_mounts(const struct default_mounts *d, const struct spec_mounts *user, struct spec_mounts *mounts);
/* Paths that would tell about or reach the host: masked, and read-only. */
void spec_default_paths(struct strv *masked, struct strv *readonly);
/* Device rules: nothing, then what a container's own /dev holds. */
void spec_default_device_rules(struct spec_device_rules *rules);
