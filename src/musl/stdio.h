/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* renameat2(2), which musl (1.2.5) has not got. */
#include_next <stdio.h>

#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1U << 0)

static inline int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}
#endif
