/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the kernel says of a running container, for `inspect`: its first process as both sides count it, every namespace by its
 * inode, and the cgroup with its limits and what is used. All of it is read on the host's side. Command's process.
 */
#include "base/json.h"
#include "container/handle.h"

/* The member "Hoy" of the object that is open in @w. What vanishes meanwhile is left out. */
void inspect_live(struct handle *h, struct json_writer *w);
