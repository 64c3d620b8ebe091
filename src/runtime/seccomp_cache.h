/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Compiled seccomp programs in files, one for each distinct linux.seccomp: its name is the SHA-256 of everything the
 * program depends on, so an entry is never stale. Losing one costs a compilation; a damaged one is not used. The
 * directory is hoy's own (0700): an entry of another owner, or one that others may write to, is not used either.
 */
#include "runtime/seccomp.h"

#define SECCOMP_KEY_MAX 65

/* The name: of @seccomp (of its text, when it was not read yet), the machine's architecture, this version of hoy and of
 * libseccomp's tables. */
void seccomp_cache_key(const struct spec_seccomp *seccomp, char key[SECCOMP_KEY_MAX]);
/* -ENOENT without words when there is no entry that can be used. */
int seccomp_cache_read(const char *directory, const char *key, struct seccomp_program *ret);
/* Failing to write is no error: the next container compiles again. */
void seccomp_cache_write(const char *directory, const char *key, const struct seccomp_program *program);
