/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Opening and creating below a directory and never outside it. The directory is hostile ground: its symlinks, FIFOs and
 * device nodes were made by a stranger, and another process may exchange them while we look. So each lookup is one
 * openat2 (Linux 5.6) with RESOLVE_IN_ROOT: "/" and ".." mean the root descriptor, a symlink is resolved as a process
 * chrooted there would, and magic links (/proc/self/fd/N, /proc/self/root) are refused. What was opened is then used by
 * its descriptor; a checked path is never walked again (CVE-2018-15664, CVE-2021-30465, CVE-2024-45310).
 */
#include <sys/types.h>

/*
 * Opens @path in @root. @flags as open(2); O_CLOEXEC is added, O_NOFOLLOW refuses a symlink as the last part.
 * Returns the descriptor or -errno (no words: the caller knows what the user named). -EAGAIN is retried here.
 */
int beneath_open(int root, const char *path, int flags, mode_t mode);
/* An O_PATH descriptor that pins whatever @path is (following symlinks inside the root). */
int beneath_pin(int root, const char *path);
/*
 * The directory @path, made with its parents where it is missing (@mode, owner root unless the caller chowns). Symlinks
 * on the way are followed inside the root, a dangling one is created at its target, as mkdir -p in a chroot would.
 * Returns an O_PATH descriptor or -errno: -ENOTDIR when something else is in the way.
 */
int beneath_make_dirs(int root, const char *path, mode_t mode);
/*
 * A mount target: the existing thing at @path, or else an empty regular file made there with its parent directories.
 * Returns an O_PATH descriptor or -errno.
 */
int beneath_make_file(int root, const char *path, mode_t mode);
/* The parent directory of @path as an O_PATH descriptor, and the last part in *@ret_name (points into @path). */
int beneath_parent(int root, const char *path, const char **ret_name);
