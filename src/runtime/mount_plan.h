/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is to be mounted, decided before anything is: the spec's mounts as an ordered list with sorted options. Makes no
 * system call and needs no root, so it is tested without. Runs in init.
 */
#include "runtime/mount_options.h"
#include "runtime/spec.h"

enum mount_kind {
	MOUNT_FILESYSTEM, /* a new superblock: proc, tmpfs, … */
	MOUNT_BIND,
	MOUNT_CGROUP, /* type "cgroup": the container's view of its own cgroup, v1 or v2 */
};

struct mount_entry {
	enum mount_kind kind;
	const struct spec_mount *spec; /* borrowed: type, source and id mappings */
	char *destination;             /* clean and absolute, in the container */
	struct mount_options options;
};

struct mount_plan {
	struct mount_entry *items;
	size_t count;
	bool own_dev; /* the container gets a /dev of its own, to be filled with the default devices: none is bound there */
};

void mount_plan_make(const struct spec *spec, struct mount_plan *ret);
void mount_plan_release(struct mount_plan *plan);
