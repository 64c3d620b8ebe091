/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Instructions of classic BPF. Pure. */
#include "runtime/seccomp.h"

#include <stddef.h>
#include <stdint.h>

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
