/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* statx(2), which musl has since 1.2.5 only: from there its structure is its own. */
#include_next <sys/stat.h>

#ifndef STATX_BASIC_STATS
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int statx(int dirfd, const char *path, int flags, unsigned int mask, struct statx *ret)
{
	return (int)syscall(SYS_statx, dirfd, path, flags, mask, ret);
}
#endif
