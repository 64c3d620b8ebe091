/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_condition.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>

#define LOW_OFFSET  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4)
#define HIGH_OFFSET (4 - LOW_OFFSET)

static bool holds(const struct seccomp_condition *c, uint64_t arg)
{
	switch (c->op) {
	case SECCOMP_EQ:
		return arg == c->value;
	case SECCOMP_NE:
		return arg != c->value;
	case SECCOMP_LT:
		return arg < c->value;
	case SECCOMP_LE:
		return arg <= c->value;
	case SECCOMP_GT:
		return arg > c->value;
	case SECCOMP_GE:
		return arg >= c->value;
	case SECCOMP_MASKED_EQ:
		return (arg & c->value) == c->value_two;
	}
	return false;
}

static uint32_t argument(uint32_t index, bool high)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + 8 * index) + (high ? HIGH_OFFSET : LOW_OFFSET);
}

/* A 64-bit comparison out of 32-bit ones. */
static seccomp_place emit_condition(struct seccomp_assembler *a, const struct seccomp_condition *c, seccomp_place yes,
				    seccomp_place no)
{
	uint32_t high = (uint32_t)(c->value >> 32), low = (uint32_t)c->value;
	struct seccomp_condition opposite = *c;
	seccomp_place p;

	switch (c->op) {
	case SECCOMP_NE:
		opposite.op = SECCOMP_EQ;
		return emit_condition(a, &opposite, no, yes);
	case SECCOMP_LT:
		opposite.op = SECCOMP_GE;
		return emit_condition(a, &opposite, no, yes);
	case SECCOMP_LE:
		opposite.op = SECCOMP_GT;
		return emit_condition(a, &opposite, no, yes);
	case SECCOMP_EQ:
		p = seccomp_emit_jump(a, BPF_JEQ, low, yes, no);
		p = seccomp_emit_load(a, argument(c->index, false), p);
		p = seccomp_emit_jump(a, BPF_JEQ, high, p, no);
		return seccomp_emit_load(a, argument(c->index, true), p);
	case SECCOMP_GT:
	case SECCOMP_GE:
		p = seccomp_emit_jump(a, c->op == SECCOMP_GT ? BPF_JGT : BPF_JGE, low, yes, no);
		p = seccomp_emit_load(a, argument(c->index, false), p);
		p = seccomp_emit_jump(a, BPF_JEQ, high, p, no);
		p = seccomp_emit_jump(a, BPF_JGT, high, yes, p);
		return seccomp_emit_load(a, argument(c->index, true), p);
	case SECCOMP_MASKED_EQ:
		p = seccomp_emit_jump(a, BPF_JEQ, (uint32_t)c->value_two, yes, no);
		p = seccomp_emit_and(a, low, p);
		p = seccomp_emit_load(a, argument(c->index, false), p);
		if (high == 0 && c->value_two >> 32 == 0)
			return p;
		p = seccomp_emit_jump(a, BPF_JEQ, (uint32_t)(c->value_two >> 32), p, no);
		p = seccomp_emit_and(a, high, p);
		return seccomp_emit_load(a, argument(c->index, true), p);
	}
	return no;
}

static seccomp_place emit_alternatives(struct seccomp_assembler *a, const struct seccomp_alternative *const *list, size_t count,
				       uint32_t otherwise)
{
	seccomp_place next = seccomp_emit_return(a, otherwise);

	for (size_t i = count; i-- > 0;) {
		seccomp_place p = seccomp_emit_return(a, list[i]->value);

		for (size_t c = list[i]->count; c-- > 0;)
			p = emit_condition(a, &list[i]->conditions[c], p, next);
		next = p;
	}
	return next;
}

static int compare_u64(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static uint32_t decide(const struct seccomp_alternative *const *list, size_t count, uint64_t arg, uint32_t otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (holds(&list[i]->conditions[0], arg))
			return list[i]->value;
	return otherwise;
}

/*
 * The usual case, as of socket and personality: all alternatives ask one argument how large it is, and only its lower half
 * makes a difference. Then that is a search in ranges, too. Returns 0 when it is another case.
 */
static seccomp_place emit_by_size(struct seccomp_assembler *a, const struct seccomp_alternative *const *list, size_t count,
				  uint32_t otherwise)
{
	autofree uint64_t *bounds = xcalloc(2 * count + 2, sizeof *bounds);
	autofree struct seccomp_range *ranges = xcalloc(2 * count + 2, sizeof *ranges);
	uint32_t above = decide(list, count, UINT64_C(1) << 32, otherwise);
	size_t bound_count = 0, range_count = 0;
	seccomp_place p;

	bounds[bound_count++] = 0;
	for (size_t i = 0; i < count; i++) {
		const struct seccomp_condition *c = &list[i]->conditions[0];

		if (list[i]->count != 1 || c->index != list[0]->conditions[0].index || c->op == SECCOMP_MASKED_EQ)
			return 0;
		bounds[bound_count++] = c->value;
		if (c->value != UINT64_MAX)
			bounds[bound_count++] = c->value + 1;
	}
	qsort(bounds, bound_count, sizeof *bounds, compare_u64);
	for (size_t i = 0; i < bound_count; i++) {
		uint32_t value = decide(list, count, bounds[i], otherwise);

		if (bounds[i] > UINT32_MAX && value != above)
			return 0;
		if (bounds[i] <= UINT32_MAX && (!range_count || ranges[range_count - 1].value != value))
			ranges[range_count++] = (struct seccomp_range){ .first = (uint32_t)bounds[i], .value = value };
	}
	p = seccomp_emit_search(a, ranges, range_count);
	p = seccomp_emit_load(a, argument(list[0]->conditions[0].index, false), p);
	p = seccomp_emit_jump(a, BPF_JEQ, 0, p, seccomp_emit_return(a, above));
	return seccomp_emit_load(a, argument(list[0]->conditions[0].index, true), p);
}

seccomp_place seccomp_emit_conditions(struct seccomp_assembler *a, const struct seccomp_alternative *const *list, size_t count,
				      uint32_t otherwise)
{
	seccomp_place place = emit_by_size(a, list, count, otherwise);

	return place ? place : emit_alternatives(a, list, count, otherwise);
}
