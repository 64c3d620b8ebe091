/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_compile.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "runtime/seccomp_assemble.h"
#include "runtime/seccomp_condition.h"
#include "runtime/seccomp_plan.h"
#include "runtime/seccomp_syscall.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define X32_BIT 0x40000000U

struct entry {
	uint32_t number;
	size_t order; /* of the rule: keeps the sort stable */
	const struct seccomp_alternative *alternative;
};

struct entries {
	struct entry *items;
	size_t count, size;
	uint32_t last;                    /* the largest number the profile speaks of */
	struct seccomp_alternative *made; /* for the functions of socketcall and ipc */
	size_t made_count;
};

static void entries_release(struct entries *e)
{
	free(e->items);
	free(e->made);
}

static void add_entry(struct entries *e, uint32_t number, const struct seccomp_alternative *alternative)
{
	if (e->count == e->size) {
		e->size = e->size ? 2 * e->size : 512;
		e->items = xrealloc(e->items, e->size * sizeof *e->items);
	}
	e->items[e->count] = (struct entry){ number, e->count, alternative };
	e->count++;
}

static int compare_entries(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

#define MADE_MAX 512

static void collect_name(const struct seccomp_plan *plan, const struct seccomp_rule *rule, uint32_t token, const char *name,
			 struct entries *e)
{
	int number = seccomp_syscall_number(token, name), bundle;
	uint32_t function;

	if (number >= 0 && (uint32_t)number > e->last)
		e->last = (uint32_t)number;
	if (rule->skipped)
		return;
	for (size_t i = 0; number >= 0 && i < rule->count; i++)
		add_entry(e, (uint32_t)number, &plan->alternatives[rule->first + i]);
	/* arguments of a bundled call are behind a pointer: only a rule without any can be said of it */
	if (plan->alternatives[rule->first].count == 0 && e->made_count < MADE_MAX &&
	    seccomp_syscall_multiplexed(token, name, &bundle, &function)) {
		e->made[e->made_count] = (struct seccomp_alternative){ .conditions = { { 0, SECCOMP_EQ, function, 0 } },
								       .count = 1,
								       .value = plan->alternatives[rule->first].value };
		add_entry(e, (uint32_t)bundle, &e->made[e->made_count++]);
	}
}

static void collect(const struct seccomp_plan *plan, uint32_t token, struct entries *e)
{
	e->made = xcalloc(MADE_MAX, sizeof *e->made);
	for (size_t i = 0; i < plan->rule_count; i++)
		for (size_t n = 0; n < plan->rules[i].names->count; n++)
			collect_name(plan, &plan->rules[i], token, plan->rules[i].names->items[n], e);
	if (e->count)
		qsort(e->items, e->count, sizeof *e->items, compare_entries);
}

struct ranges {
	struct seccomp_range *items;
	size_t count, size;
};

/* Ranges that return the same are one. */
static void add_range(struct ranges *list, uint32_t first, uint32_t value, seccomp_place place)
{
	struct seccomp_range *before = list->count ? &list->items[list->count - 1] : NULL;

	if (before && before->first == first)
		list->count--, before = list->count ? before - 1 : NULL;
	if (before && !place && !before->place && before->value == value)
		return;
	if (list->count == list->size) {
		list->size = list->size ? 2 * list->size : 128;
		list->items = xrealloc(list->items, list->size * sizeof *list->items);
	}
	list->items[list->count++] = (struct seccomp_range){ .first = first, .value = value, .place = place };
}

/* Conditions that were written for one architecture serve the others, too: socket's are the largest part of a program. */
struct written {
	const struct seccomp_alternative **list;
	size_t count;
	seccomp_place place;
};

struct writer {
	struct seccomp_assembler a;
	struct written *written;
	size_t written_count;
};

static void writer_release(struct writer *w)
{
	seccomp_assembler_release(&w->a);
	for (size_t i = 0; i < w->written_count; i++)
		free(w->written[i].list);
	free(w->written);
}

/* Takes ownership of @list. */
static seccomp_place write_alternatives(struct writer *w, const struct seccomp_alternative **list, size_t count, uint32_t otherwise)
{
	seccomp_place place = 0;

	for (size_t i = 0; i < w->written_count; i++)
		if (w->written[i].count == count && memcmp(w->written[i].list, list, count * sizeof *list) == 0) {
			free(list);
			return w->written[i].place;
		}
	place = seccomp_emit_conditions(&w->a, list, count, otherwise);
	w->written = xrealloc(w->written, (w->written_count + 1) * sizeof *w->written);
	w->written[w->written_count++] = (struct written){ list, count, place };
	return place;
}

/* All entries of one number. A rule without conditions overrides those with some, as in libseccomp. */
static void add_number(struct writer *w, const struct seccomp_plan *plan, const struct entry *entries, size_t count,
		       struct ranges *ranges)
{
	autofree const struct seccomp_alternative **list = xcalloc(count, sizeof *list);
	seccomp_place place;

	for (size_t i = 0; i < count; i++) {
		list[i] = entries[i].alternative;
		if (list[i]->count == 0) {
			add_range(ranges, entries[0].number, list[i]->value, 0);
			return;
		}
	}
	place = write_alternatives(w, take(&list), count, plan->default_value);
	add_range(ranges, entries[0].number, 0, place);
}

/* The ranges of one architecture from @first on, appended to @ranges. */
static void add_arch(struct writer *w, const struct seccomp_plan *plan, uint32_t token, uint32_t first, struct ranges *ranges)
{
	autocall(entries_release) struct entries e = { 0 };

	collect(plan, token, &e);
	add_range(ranges, first, plan->default_value, 0);
	for (size_t i = 0, n; i < e.count; i += n) {
		for (n = 1; i + n < e.count && e.items[i + n].number == e.items[i].number; n++)
			;
		add_number(w, plan, &e.items[i], n, ranges);
		if (e.items[i].number != UINT32_MAX)
			add_range(ranges, e.items[i].number + 1, plan->default_value, 0);
	}
	if (plan->unknown_is_enosys && e.last >= first && e.last != UINT32_MAX)
		add_range(ranges, e.last + 1, SECCOMP_RET_ERRNO | ENOSYS, 0);
}

/* x32 shares the audit architecture of x86_64 and has its own half of the numbers. */
static uint32_t audit_arch(uint32_t token)
{
	return token == SCMP_ARCH_X32 ? (uint32_t)AUDIT_ARCH_X86_64 : token;
}

static bool has_arch(const struct seccomp_plan *plan, uint32_t token)
{
	for (size_t i = 0; i < plan->arch_count; i++)
		if (plan->arches[i] == token)
			return true;
	return false;
}

static seccomp_place write_arch(struct writer *w, const struct seccomp_plan *plan, uint32_t arch)
{
	struct ranges ranges = { 0 };
	seccomp_place p;

	if (arch != AUDIT_ARCH_X86_64) {
		add_arch(w, plan, arch, 0, &ranges);
	} else {
		add_arch(w, plan, SCMP_ARCH_X86_64, 0, &ranges);
		if (has_arch(plan, SCMP_ARCH_X32)) {
			add_arch(w, plan, SCMP_ARCH_X32, X32_BIT, &ranges);
		} else if (!plan->unknown_is_enosys) {
			/* -1 is what a tracer makes of a call it wants skipped */
			add_range(&ranges, X32_BIT, SECCOMP_RET_KILL_THREAD, 0);
			add_range(&ranges, UINT32_MAX, plan->default_value, 0);
		}
	}
	p = seccomp_emit_search(&w->a, ranges.items, ranges.count);
	free(ranges.items);
	return seccomp_emit_load(&w->a, offsetof(struct seccomp_data, nr), p);
}

int seccomp_compile(const struct spec_seccomp *seccomp, struct seccomp_program *ret)
{
	autocall(writer_release) struct writer w = { 0 };
	autocall(seccomp_plan_release) struct seccomp_plan plan = { 0 };
	struct seccomp_program program = { 0 };
	uint32_t arches[SECCOMP_ARCHES];
	seccomp_place sections[SECCOMP_ARCHES], p;
	size_t count = 0;
	int r = seccomp_plan_read(seccomp, &plan);

	if (r < 0)
		return r;
	program.flags = plan.flags;
	/* the native one is written last, so that it stands next to the jump to it */
	for (size_t i = 0; i < plan.arch_count; i++) {
		uint32_t arch = audit_arch(plan.arches[i]);
		bool known = false;

		for (size_t n = 0; n < count; n++)
			known |= arches[n] == arch;
		if (!known)
			arches[count++] = arch;
	}
	for (size_t i = count; i-- > 0;)
		sections[i] = write_arch(&w, &plan, arches[i]);
	/* a call of an architecture that nobody spoke of: kill, as libseccomp */
	p = seccomp_emit_return(&w.a, SECCOMP_RET_KILL_THREAD);
	for (size_t i = count; i-- > 0;)
		p = seccomp_emit_jump(&w.a, BPF_JEQ, arches[i], sections[i], p);
	(void)seccomp_emit_load(&w.a, offsetof(struct seccomp_data, arch), p);
	r = seccomp_assembler_finish(&w.a, &program);
	if (r == 0)
		*ret = program;
	return r;
}
