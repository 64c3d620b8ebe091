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

#include <stddef.h>

struct init;

/* In the parent: opens all of them in the mount namespace of the process @pidfd and sends them over @sync, to init. */
int sources_send(const struct runtime_create *create, int pidfd, int sync);
/*
 * A mount with mapped owners for a container with a user namespace, whose root may not make one: init sends what it is to
 * show, the parent makes a detached copy of it in init's mount namespace and maps that.
 */
struct sources_idmap {
	const struct runtime_create *create;
	int pidfd;    /* init */
	int sync;     /* to it */
	int source;   /* O_PATH, in its mount namespace */
	size_t place; /* how many init asked for before */
};
/* In the parent: answers init, with an error, too. Returns an error only where init got none. */
int sources_idmap(const struct sources_idmap *idmap);
/* In init: asks. Returns the detached tree. */
int sources_idmapped(struct init *in, int source);
/* In init: takes them, until the parent says SYNC_GO. Without a user namespace there are none. */
int sources_receive(struct init *in);
