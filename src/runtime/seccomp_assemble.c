/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_assemble.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>

#define NEAR        255  /* a conditional jump has 8 bits */
#define PROGRAM_MAX 4096 /* BPF_MAXINSNS */

void seccomp_assembler_release(struct seccomp_assembler *a)
{
	free(a->items);
	*a = (struct seccomp_assembler){ 0 };
}

/* Places count from the end and start at 1, so that the place of an instruction is the count after it was added. */
static seccomp_place emit(struct seccomp_assembler *a, uint16_t code, uint8_t yes, uint8_t no, uint32_t k)
{
	if (a->count == a->size) {
		a->size = a->size ? 2 * a->size : 256;
		a->items = xrealloc(a->items, a->size * sizeof *a->items);
	}
	a->items[a->count++] = (struct sock_filter){ .code = code, .jt = yes, .jf = no, .k = k };
	return a->count;
}

seccomp_place seccomp_emit_return(struct seccomp_assembler *a, uint32_t value)
{
	/* half of what can be reached: the jump that wants it is still to be written */
	for (size_t i = a->count, seen = 0; i-- > 0 && seen < NEAR / 2; seen++)
		if (a->items[i].code == (BPF_RET | BPF_K) && a->items[i].k == value)
			return i + 1;
	return emit(a, BPF_RET | BPF_K, 0, 0, value);
}

/* A place that directly follows the next instruction to be written: @place itself or a jump to it. */
static void bring_next(struct seccomp_assembler *a, seccomp_place place)
{
	if (place != a->count)
		(void)emit(a, BPF_JMP | BPF_JA, 0, 0, (uint32_t)(a->count - place));
}

seccomp_place seccomp_emit_load(struct seccomp_assembler *a, uint32_t offset, seccomp_place next)
{
	bring_next(a, next);
	return emit(a, BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
}

seccomp_place seccomp_emit_and(struct seccomp_assembler *a, uint32_t mask, seccomp_place next)
{
	if (mask == UINT32_MAX)
		return next;
	bring_next(a, next);
	return emit(a, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
}

seccomp_place seccomp_emit_jump(struct seccomp_assembler *a, uint16_t code, uint32_t value, seccomp_place yes, seccomp_place no)
{
	if (yes == no)
		return yes;
	/* one stepping stone makes the other target one further away */
	if (a->count - yes > NEAR - 1) {
		bring_next(a, yes);
		yes = a->count;
	}
	if (a->count - no > NEAR) {
		bring_next(a, no);
		no = a->count;
	}
	return emit(a, BPF_JMP | code | BPF_K, (uint8_t)(a->count - yes), (uint8_t)(a->count - no), value);
}

seccomp_place seccomp_emit_search(struct seccomp_assembler *a, const struct seccomp_range *ranges, size_t count)
{
	size_t middle = count / 2;
	seccomp_place low, high;

	if (count == 1)
		return ranges[0].place ? ranges[0].place : seccomp_emit_return(a, ranges[0].value);
	high = seccomp_emit_search(a, ranges + middle, count - middle);
	low = seccomp_emit_search(a, ranges, middle);
	return seccomp_emit_jump(a, BPF_JGE, ranges[middle].first, high, low);
}

int seccomp_assembler_finish(struct seccomp_assembler *a, struct seccomp_program *ret)
{
	struct sock_filter *filter;

	if (a->count > PROGRAM_MAX)
		return fail(-E2BIG, "linux.seccomp: the filter has %zu instructions, the kernel takes %d", a->count, PROGRAM_MAX);
	filter = xcalloc(a->count, sizeof *filter);
	for (size_t i = 0; i < a->count; i++)
		filter[i] = a->items[a->count - 1 - i];
	ret->filter = filter;
	ret->count = a->count;
	return 0;
}
