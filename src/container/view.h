/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A container's files from outside, running or not: for cp, export and commit. A view is one descriptor: a detached copy of
 * the container's mounts, attached nowhere, which nobody sees and which goes with its last descriptor, whatever ends this
 * process. It is made by a child that enters (a running container) or makes (a stopped one) the mount namespace, and that
 * runs nothing of the container's: hoy is static, and the child looks up no name in it.
 *
 * What is in it is hostile, and changes while a container runs: base/beneath.h for every path. A view that is not writable is
 * read-only and knows no devices and no setuid all the way down, so that opening a file in it does nothing but open it.
 *
 * A stopped container cannot be started, removed or looked into by another command while it is viewed: its overlay must not
 * be mounted twice. Command process.
 */
#include "container/handle.h"

#include <stdbool.h>

enum view_what {
	VIEW_SEEN,   /* what the container sees: its root with what is mounted in it (stopped: binds and volumes) */
	VIEW_ROOTFS, /* the root file system alone */
};

struct view {
	int root;                  /* O_PATH */
	int lock;                  /* of a stopped container, or -1 */
	const struct handle *held; /* whose, borrowed */
};
#define VIEW_NONE ((struct view){ .root = -1, .lock = -1 })

/* -errno with words. The handle's state is read again. */
int view_open(struct handle *h, enum view_what what, bool writable, struct view *ret);
void view_release(struct view *v);
