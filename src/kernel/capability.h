/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Steps that change the capabilities of the calling thread. Masks are 64-bit, bit n is capability n; @shown are their
 * names for the reader ("-cap_chown,-cap_kill"). Nothing allocates.
 */
#include <stdbool.h>
#include <stdint.h>

/* Removes every capability of @drop from the bounding set; needs CAP_SETPCAP. */
int sys_bounding_drop(const char *why, uint64_t drop, const char *shown);
int sys_keepcaps(const char *why, bool keep);
int sys_capset(const char *why, uint64_t effective, uint64_t permitted, uint64_t inheritable, const char *shown);
/* Replaces the ambient set (Linux 4.3). Each must be permitted and inheritable. */
int sys_ambient(const char *why, uint64_t mask, const char *shown);
/* Not a step: what the thread has now. */
void capability_read(uint64_t *ret_effective, uint64_t *ret_permitted, uint64_t *ret_inheritable);
