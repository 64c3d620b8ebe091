/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a stopped container would have mounted, for a look into it (view.h): binds, volumes, disks and what servers have. File
 * systems that begin empty each time are left out. In the child that makes the view, in a mount namespace of its own.
 */
#include "container/handle.h"
#include "runtime/spec.h"

/* Mounts them below @root; -errno with words. @writable: what they would cover is made where it is missing. */
int view_mounts(const struct handle *h, struct spec *spec, bool writable, int root);
