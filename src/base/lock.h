/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Locks on files, one for one object; flock(2), so a lock belongs to the open file: a fork shares it, and it ends when
 * the last copy is closed, whatever killed the holder. Lock files are never removed while they may be waited for.
 */
#include <stdbool.h>

enum lock_mode { LOCK_SHARED, LOCK_EXCLUSIVE };

/* Opens (creating, 0600) and locks @path, waiting for it. Returns the descriptor that holds the lock, or -errno. */
int lock_take(int dirfd, const char *path, enum lock_mode mode);
/* The same without waiting: -EAGAIN without words when another holds it. */
int lock_try(int dirfd, const char *path, enum lock_mode mode);
