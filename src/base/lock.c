/* SPDX-License-Identifier: Apache-2.0 */
#include "base/lock.h"

#include "base/cleanup.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

static int lock_open(int dirfd, const char *path, enum lock_mode mode, int wait)
{
	autofd int fd = openat(dirfd, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return fail_errno("open %s", path);
	do
		r = flock(fd, (mode == LOCK_SHARED ? LOCK_SH : LOCK_EX) | wait);
	while (r < 0 && errno == EINTR);
	if (r < 0 && errno == EWOULDBLOCK)
		return -EAGAIN;
	if (r < 0)
		return fail_errno("lock %s", path);
	return take_fd(&fd);
}

int lock_take(int dirfd, const char *path, enum lock_mode mode)
{
	return lock_open(dirfd, path, mode, 0);
}

int lock_try(int dirfd, const char *path, enum lock_mode mode)
{
	return lock_open(dirfd, path, mode, LOCK_NB);
}
