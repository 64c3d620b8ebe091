/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From a spec_seccomp to a BPF program, in three files: seccomp_syscall.c knows names and numbers, seccomp_compile.c
 * decides what happens to each number, seccomp_assemble.c writes instructions. Pure; runs in the parent half.
 *
 * The program is a search tree: numbers that end alike stand in one range, and ranges are halved until one is left. The
 * default profile is about 60 ranges, so seven comparisons find any system call; a chain of one comparison a call takes
 * hundreds, and the kernel walks it for every number when the filter is installed (it caches what is always allowed).
 */
#include "runtime/seccomp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Compiles without a cache; caller releases *@ret. -EINVAL with words that name the property. */
int seccomp_compile(const struct spec_seccomp *seccomp, struct seccomp_program *ret);
/* SCMP_ACT_* with its errno as the value a filter returns. -EINVAL with words; @where names the property. */
int seccomp_action(const char *where, const char *action, struct opt_u64 errno_ret, uint32_t *ret);

/* ---- names -------------------------------------------------------------------------------------------------------- */

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

/* ---- instructions ------------------------------------------------------------------------------------------------- */

/* Programs are written from their end, because jumps go forward only: a place is the distance from the end. */
struct sock_filter;
struct seccomp_assembler {
	struct sock_filter *items; /* items[0] is the last instruction */
	size_t count, size;
};
typedef size_t seccomp_place;

/* From number @first (up to the next range's first) the answer is @value, or execution goes on at @place. */
struct seccomp_range {
	uint32_t first;
	uint32_t value;
	seccomp_place place; /* 0: return @value */
};

void seccomp_assembler_release(struct seccomp_assembler *a);
/* "return @value": an instruction that is near enough already, or a new one. */
seccomp_place seccomp_emit_return(struct seccomp_assembler *a, uint32_t value);
/* Loads 4 bytes of struct seccomp_data at @offset. Falls through to what was emitted before: @next must be that place. */
seccomp_place seccomp_emit_load(struct seccomp_assembler *a, uint32_t offset, seccomp_place next);
seccomp_place seccomp_emit_and(struct seccomp_assembler *a, uint32_t mask, seccomp_place next);
/* Compares the accumulator: @code is BPF_JEQ, BPF_JGT or BPF_JGE. */
seccomp_place seccomp_emit_jump(struct seccomp_assembler *a, uint16_t code, uint32_t value, seccomp_place yes, seccomp_place no);
/* A search for the range the accumulator lies in; ranges[0].first is 0, the others ascend. */
seccomp_place seccomp_emit_search(struct seccomp_assembler *a, const struct seccomp_range *ranges, size_t count);
/* The finished program in the order of execution, starting at the place emitted last. -E2BIG with words above 4096. */
int seccomp_assembler_finish(struct seccomp_assembler *a, struct seccomp_program *ret);
