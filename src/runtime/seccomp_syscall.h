/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Names and numbers of architectures and system calls, as libseccomp knows them. */
#include <stdbool.h>
#include <stdint.h>

/* "SCMP_ARCH_X86_64" as libseccomp's token; 0: not known to this libseccomp, -EINVAL: no such architecture at all. */
int seccomp_arch_token(const char *name, uint32_t *ret);
/*
 * The number of @name on the architecture of @token, or -1. Numbers of x32 carry their bit 30. Knows the calls that are
 * newer than the installed libseccomp, whose numbers are the same everywhere.
 */
int seccomp_syscall_number(uint32_t token, const char *name);
/*
 * On 32-bit x86 socket and ipc calls also exist as functions of socketcall(2) and ipc(2): the number of that call and
 * its first argument. false where there is no such thing.
 */
bool seccomp_syscall_multiplexed(uint32_t token, const char *name, int *ret_number, uint32_t *ret_function);
