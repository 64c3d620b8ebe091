/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* User namespace mappings, written from outside. Parent's half, but for the last function. */
#include "runtime/spec.h"

#include <stdbool.h>

#include <sys/types.h>

/*
 * Writes uid_map and gid_map of a process in a new user namespace; @proc_pid is its directory in procfs. Without
 * CAP_SETGID over the parent namespace setgroups is denied first, as the kernel wants it (Linux 3.19), or newuidmap and
 * newgidmap do it.
 */
int userns_write_maps(int proc_pid, pid_t pid, const struct spec_id_mappings *uids, const struct spec_id_mappings *gids,
		      bool explained);
/*
 * The caller, in the namespace, becomes who may build a container there: root, or the first who is mapped where root is not.
 * Mappings that are not known (a namespace that was joined) are none.
 */
int userns_become_builder(const struct spec_id_mappings *uids, const struct spec_id_mappings *gids);
/* What the host calls @id of the container: @map, or the same where there is none. -1 when it has no name there. */
int64_t userns_host_id(const struct spec_id_mappings *map, uint32_t id);
