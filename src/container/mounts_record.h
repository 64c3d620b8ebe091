/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Mount points in a container's record, in the members of Docker's inspect, and back from there. Command process. */
#include "base/json.h"
#include "container/mount_point.h"

/* "Mounts" as inspect shows it. */
void mounts_write(const struct mount_points *list, struct json_writer *w);
/* The mount points of the container whose directory is @dir, for --volumes-from; @read_only: all of them. */
int mounts_of_container(int dir, bool read_only, struct mount_points *ret);
