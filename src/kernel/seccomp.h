/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The step that installs a system call filter. Allocates nothing. */
#include <stddef.h>
#include <stdint.h>

struct sock_filter; /* linux/filter.h */

/*
 * seccomp(SECCOMP_SET_MODE_FILTER) for the calling thread. Returns the listener's descriptor when @flags ask for one
 * (close-on-exec), else 0, or -errno.
 */
int sys_seccomp(const char *why, const struct sock_filter *filter, size_t count, uint32_t flags);
