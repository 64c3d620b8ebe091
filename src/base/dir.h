/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Directories of hoy's own. For directories inside a root filesystem see base/beneath.h. */
#include <stdint.h>
#include <sys/types.h>

/* Creates @path and its parents with @mode; existing ones are fine and keep their mode. */
int dir_make_all(int dirfd, const char *path, mode_t mode);
/*
 * Removes a tree without following symlinks, leaving its mount points' filesystems (-EXDEV when one is met) and gaining
 * search permission where a hostile image took it away. A missing tree is no error. Descriptor use is bounded whatever
 * the depth.
 */
int dir_remove_tree(int dirfd, const char *path);
/*
 * Calls @visit for each entry but "." and ".."; stops when it returns non-zero and returns that. A missing directory is
 * -ENOENT without words.
 */
int dir_each(int dirfd, const char *path, int (*visit)(int fd, const char *name, void *data), void *data);
/*
 * Bytes of the regular files in the tree, a file of several names shared among them. Whoever writes in it meanwhile cannot
 * lead out of it; what cannot be looked at, or lies deeper than 128 levels, is left out. A missing tree is empty.
 */
uint64_t dir_size(int dirfd, const char *path);
