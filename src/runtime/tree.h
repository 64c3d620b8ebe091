/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A directory of another process's mount namespace, brought into this one as a detached mount. Runs in the parent half. */

/*
 * A detached copy of the mount at @path in the mount namespace of the process @pidfd, as that process's root has it: nothing
 * leads out of there. Returns its descriptor or -errno with words; -ENOENT when there is no such directory.
 */
int tree_open(int pidfd, const char *path);
