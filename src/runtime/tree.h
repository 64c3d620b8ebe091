/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Detached mounts that another process makes, where this one is not: in a container's mount namespace. Parent's half. */

/*
 * Runs @make in a child and returns the descriptor that it returned there, or its error with its words. -ETIMEDOUT without
 * words after @seconds (-1: never); the child is killed.
 */
int tree_from_child(int (*make)(const void *data), const void *data, int seconds);

/*
 * A detached copy of the mount at @path in the mount namespace of the process @pidfd, as that process's root has it: nothing
 * leads out of there. Returns its descriptor or -errno with words; -ENOENT when there is no such directory.
 */
int tree_open(int pidfd, const char *path);
/*
 * The same of the mount that is covered there by a part or another view of itself (mount_view). It is uncovered in a copy of
 * that namespace, which ends with the look. -ESTALE with words when what lies there is another filesystem.
 */
int tree_open_covered(int pidfd, const char *path);
