/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What init in a user namespace may not reach by its path: the bundle, the root filesystem and the sources of binds can lie
 * below directories that only the host's root may enter. A child of the parent's half goes into init's mount namespace, and
 * not into its user namespace, opens them there as the host's root does, and hands the descriptors (O_PATH) to init, which
 * waits. They belong to init's mount namespace, so the copies that it binds have the locks that the kernel put on its mounts:
 * what is read-only outside cannot be made writable inside.
 */
#include "runtime/runtime.h"

struct init;

/* In the parent: opens all of them in the mount namespace of the process @pidfd and sends them over @sync, to init. */
int sources_send(const struct runtime_create *create, int pidfd, int sync);
/* In init: takes them, until the parent says SYNC_GO. Without a user namespace there are none. */
int sources_receive(struct init *in);
