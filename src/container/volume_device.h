/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Volumes that stand for a disk or for what a server has (volume create -o type=ext4, nfs, cifs …): their file systems are made
 * here, attached nowhere, for the container's init has neither the host's network nor its devices. They go with the
 * container's last process. Monitor, around the start of a life.
 */
#include "container/create.h"
#include "container/join.h"

/* Makes those of @c's spec and adds them to @join. A server's name is looked up (volume_address.h). Errors name the volume. */
int volume_devices_open(struct container *c, struct join *join);
/* For --explain=script: what is to be said at the end. */
void volume_devices_end(const struct container *c);
