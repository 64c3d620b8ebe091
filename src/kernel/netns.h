/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Steps inside a network namespace that need no netlink. */

/* Brings the loopback interface of this network namespace up, which gives it 127.0.0.1 and ::1. */
int sys_loopback_up(const char *why);
/*
 * Writes the value @path below the directory @dirfd, which is /proc/sys/net of the caller's network namespace. @where is what
 * explain shows in front: "" on the host.
 */
int sys_net_value(const char *why, const char *where, int dirfd, const char *path, const char *value);
