/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the parent's half knows of a container that it is making. Shared by create.c and init_clone.c, and by nobody else. */
#include "runtime/cgroup.h"
#include "runtime/init.h"
#include "runtime/intel_rdt.h"
#include "runtime/namespace.h"
#include "runtime/net_device.h"
#include "runtime/runtime.h"
#include "runtime/seccomp.h"

struct creation {
	const struct runtime_create *create;
	struct namespace_plan namespaces;
	struct seccomp_program seccomp;
	struct net_devices net_devices;
	struct intel_rdt rdt;
	int net_ns; /* what they were moved to */
	struct cgroup_options cgroup;
	struct init init;
	int sync[2]; /* ours and init's end */
	struct runtime_container made;
};

/* Init is born: made.pid and made.pidfd are its. */
int init_clone(struct creation *c);
