/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whole files of hoy's own: read with a limit, written beside and renamed into place. Never for paths inside a
 * container's root filesystem (base/beneath.h is for those) and never for /proc, /sys or cgroups (kernel/file.h).
 */
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a whole file of at most @max bytes into @ret (cleared first). -EFBIG when it is larger, -ENOENT without words
 * when it is missing, -EINVAL when it is no regular file; other errors carry words. Works for /proc files, too.
 */
int file_read(int dirfd, const char *path, size_t max, struct buf *ret);
/* The same, from what the user named: a pipe as a shell's <(...) makes it, too. -ENOENT has words. */
int file_read_any(const char *path, size_t max, struct buf *ret);
/* The same from an open descriptor, to its end; @name is for the error's words. */
int file_read_fd(int fd, const char *name, size_t max, struct buf *ret);

enum file_sync {
	FILE_VOLATILE, /* survives a crash of hoy, not of the machine: for state under the runroot */
	FILE_DURABLE,  /* fsync of the file and its directory before it returns */
};
/* Replaces @path: written as a temporary file in the same directory, ".NAME.….tmp", then renamed. */
int file_write(int dirfd, const char *path, const void *data, size_t len, mode_t mode, enum file_sync sync);
/* Creates @path only if it does not exist (O_EXCL semantics, complete when it appears): -EEXIST without words. */
int file_create(int dirfd, const char *path, const void *data, size_t len, mode_t mode);
/* The first line of a small file without its newline; caller frees. */
int file_read_line(int dirfd, const char *path, char **ret);
/* Copies @len bytes or to the end when @len is negative, in the kernel where it can. Returns bytes or -errno (no words). */
long long file_copy(int from, int to, long long len);
