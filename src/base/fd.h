/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Descriptors: whole reads and writes, passing them between processes, and closing those that must not leak. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads until @len bytes or end of file; restarts on EINTR. Returns the bytes read or -errno (no words). */
ssize_t fd_read_full(int fd, void *data, size_t len);
/* Writes all of @len; waits when a non-blocking descriptor is full. Returns 0 or -errno (no words). */
int fd_write_full(int fd, const void *data, size_t len);
/* Sends @len bytes (at least one) and up to 8 descriptors over a unix socket. Returns 0 or -errno. */
int fd_send(int socket, const void *data, size_t len, const int *fds, size_t count);
/*
 * Receives at most @len bytes and exactly the descriptors that came, at most @max (the others are closed). Unfilled
 * places of @ret_fds are -1. Received descriptors are close-on-exec and owned by the caller. Returns bytes, 0 at end of
 * file, or -errno.
 */
ssize_t fd_receive(int socket, void *data, size_t len, int *ret_fds, size_t max);
/* How many descriptors from @first on are open, without a gap. */
unsigned int fd_open_from(int first);
int fd_set_nonblock(int fd, bool on);
int fd_set_cloexec(int fd, bool on);
/*
 * Closes everything from @first on except the @count descriptors in @keep (any order). close_range since Linux 5.9.
 * Returns 0 or -errno.
 */
int fd_close_from(unsigned int first, const int *keep, size_t count);
/* Marks everything from @first on close-on-exec (CLOSE_RANGE_CLOEXEC, Linux 5.11). Returns 0 or -errno. */
int fd_cloexec_from(unsigned int first);
/* "/proc/self/fd/N" in @text, for the calls that still want a path. */
#define FD_PATH_MAX 32
const char *fd_path(int fd, char text[FD_PATH_MAX]);
