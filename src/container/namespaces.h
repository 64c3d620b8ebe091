/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --pid, --ipc, --uts, --cgroupns and --userns: which namespaces the container has for itself, and whose it shares. "host" is
 * the namespace of hoy itself. "container:NAME" is found when the container is made (join.h); its namespace in the spec has the
 * path "container:ID", which is no path: join.h puts the running container's in its place each time this one starts. Command
 * process.
 */
#include "container/options.h"
#include "runtime/spec.h"

/* Modes that do not exist or contradict other options: -EINVAL with Docker's words. Needs no container to be there. */
int namespaces_check(const struct run_options *o);
/* The containers that are named, by id; NULL: none. */
struct shared_with {
	char *pid, *ipc, *network;
};

/* Fills spec.linux.namespaces. The modes have been checked. */
void namespaces_fill(const struct run_options *o, const struct shared_with *shared, bool host_network, struct spec_namespace *ret);
/* What is behind "container:", or NULL. */
const char *namespaces_container(const char *mode);
/* No other container may join the IPC namespace of one that was made with this mode (NULL: none was asked for). */
bool namespaces_ipc_is_private(const char *mode);
