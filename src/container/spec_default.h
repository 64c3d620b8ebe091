/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Docker's default container as tables: what every container gets that asks for nothing. See spec.c for what changes it. */
#include "runtime/spec.h"

#include <stdbool.h>

/*
 * Adds the default mounts to @mounts: /proc, /dev, /dev/pts, /sys, /sys/fs/cgroup, /dev/mqueue, /dev/shm. @privileged:
 * /sys and cgroups are writable. Those at or below a destination in @user are left out: the user's own mount is meant.
 */
void spec_default_mounts(bool privileged, int64_t shm_size, const struct spec_mounts *user, struct spec_mounts *mounts);
/* Paths that would tell about or reach the host: masked, and read-only. */
void spec_default_paths(struct strv *masked, struct strv *readonly);
/* Device rules: nothing, then what a container's own /dev holds. */
void spec_default_device_rules(struct spec_device_rules *rules);
