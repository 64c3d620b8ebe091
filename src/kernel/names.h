/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Names of the kernel's constants, in both directions, as man pages and shells write them. */
#include <stddef.h>

/* "TERM", "SIGTERM", "15" or "RTMIN+3" -> number; 0 when there is no such signal. Case does not matter, as in Docker. */
int names_signal(const char *name);
/* 15 -> "SIGTERM"; NULL when there is none. */
const char *names_signal_of(int number);
/* MS_* flags as mount(8) options: "nosuid,nodev,noexec" in @text; "" when none. Returns @text. */
const char *names_mount_flags(unsigned long flags, char *text, size_t size);
/* CLONE_NEW* flags as options of unshare(1): "--mount --uts --ipc". Returns @text. */
const char *names_unshare(unsigned long flags, char *text, size_t size);
