/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is behind a volume: the mount of the spec that it becomes, and the content it starts with. Command process.
 */
#include "container/mount_point.h"
#include "container/volume.h"

/*
 * Type, source and options of @p's mount. A volume with driver options becomes the file system they name, mounted in the
 * container's mount namespace only: it goes with the last process, and nothing of it is left to clean up.
 */
int volume_content_spec(const struct store *s, const struct volume *v, struct mount_point *p);
/*
 * First use: an empty volume gets what the image has at @p's destination (looked up beneath @root, and copied by
 * descriptors). @fd is the volume, locked. Beside _data first, then moved there entry by entry: killed at any moment it is
 * finished by the next use, and no file is ever half there. A volume in another directory (o=bind) is filled in place; other
 * file systems are filled when they are mounted (tmpcopyup).
 */
int volume_content_fill(int fd, int root, const struct volume *v, const struct mount_point *p);
