/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_compile.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ARCH_MAX    16
#define X32_BIT     0x40000000U
#define LOW_OFFSET  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4)
#define HIGH_OFFSET (4 - LOW_OFFSET)

/* ---- words of the spec -------------------------------------------------------------------------------------------- */

int seccomp_action(const char *where, const char *action, struct opt_u64 errno_ret, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t value;
		bool takes_errno;
	} actions[] = {
		{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW, false },
		{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO, true },
		{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD, false },
		{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD, false },
		{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false },
		{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP, false },
		{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE, true },
		{ "SCMP_ACT_LOG", SECCOMP_RET_LOG, false },
		{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (!action || strcmp(actions[i].name, action) != 0)
			continue;
		if (errno_ret.set && !actions[i].takes_errno)
			return fail(-EINVAL, "%s: %s takes no errnoRet", where, action);
		if (errno_ret.set && errno_ret.value > SECCOMP_RET_DATA)
			return fail(-EINVAL, "%s: errnoRet %" PRIu64 " is no error number", where, errno_ret.value);
		*ret = actions[i].value;
		if (actions[i].takes_errno)
			*ret |= errno_ret.set ? (uint32_t)errno_ret.value : EPERM;
		return 0;
	}
	return fail(-EINVAL, "%s: there is no action \"%s\"", where, action ? action : "");
}

enum operation { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_MASKED_EQ };

static int find_operation(const char *name)
{
	static const char *const names[] = {
		[OP_EQ] = "SCMP_CMP_EQ",
		[OP_NE] = "SCMP_CMP_NE",
		[OP_LT] = "SCMP_CMP_LT",
		[OP_LE] = "SCMP_CMP_LE",
		[OP_GT] = "SCMP_CMP_GT",
		[OP_GE] = "SCMP_CMP_GE",
		[OP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
	};

	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

static int read_flags(const struct strv *list, bool notifies, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} names[] = {
		{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
		{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
		{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
	};
	/* as runc: without it the process pays for mitigations that the kernel gave up as a default in 5.16 */
	uint32_t flags = list->count ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	for (size_t i = 0; i < list->count; i++) {
		bool found = false;

		for (size_t n = 0; n < ARRAY_SIZE(names); n++)
			if (strcmp(names[n].name, list->items[i]) == 0) {
				flags |= names[n].flag;
				found = true;
			}
		if (!found)
			return fail(-EINVAL, "linux.seccomp.flags: there is no flag \"%s\"", list->items[i]);
	}
	if (notifies) {
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
		if (flags & SECCOMP_FILTER_FLAG_TSYNC)
			flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH; /* both want to be the return value: Linux 5.7 */
	} else {
		flags &= ~(uint32_t)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV; /* nothing to wait for: the kernel refuses it */
	}
	*ret = flags;
	return 0;
}

/* ---- rules, read once --------------------------------------------------------------------------------------------- */

struct condition {
	uint32_t index;
	enum operation op;
	uint64_t value, value_two;
};

/* All conditions hold: then this action. None: always. */
struct alternative {
	struct condition conditions[6];
	size_t count;
	uint32_t value;
};

/* One rule of the spec for one call: alternatives[first … first + count) of the plan. */
struct rule {
	const struct strv *names;
	size_t first, count;
	bool skipped; /* says what the default says */
};

struct plan {
	struct rule *rules;
	size_t rule_count;
	struct alternative *alternatives;
	size_t alternative_count;
	uint32_t default_value;
	bool notifies;
	bool unknown_is_enosys;
	uint32_t arches[ARCH_MAX];
	size_t arch_count;
};

static void plan_release(struct plan *plan)
{
	free(plan->rules);
	free(plan->alternatives);
}

static struct alternative *add_alternative(struct plan *plan, uint32_t value)
{
	plan->alternatives = xrealloc(plan->alternatives, (plan->alternative_count + 1) * sizeof *plan->alternatives);
	plan->alternatives[plan->alternative_count] = (struct alternative){ .value = value };
	return &plan->alternatives[plan->alternative_count++];
}

/*
 * The conditions of a rule hold together, unless one argument is named twice: then each is a rule of its own. That is
 * what runc made of the spec, and what profiles are written for.
 */
static int read_conditions(const struct spec_seccomp_rule *rule, size_t number, uint32_t value, struct plan *plan)
{
	unsigned int seen = 0;
	bool together = true;
	struct alternative *a = NULL;

	for (size_t i = 0; i < rule->args.count; i++) {
		if (rule->args.items[i].index > 5)
			return fail(-EINVAL, "linux.seccomp.syscalls[%zu].args[%zu].index: %u is above 5", number, i,
				    rule->args.items[i].index);
		together &= !(seen & 1U << rule->args.items[i].index);
		seen |= 1U << rule->args.items[i].index;
	}
	if (together)
		a = add_alternative(plan, value);
	for (size_t i = 0; i < rule->args.count; i++) {
		const struct spec_seccomp_arg *arg = &rule->args.items[i];
		int op = find_operation(arg->op);

		if (op < 0)
			return fail(-EINVAL, "linux.seccomp.syscalls[%zu].args[%zu].op: there is no operator \"%s\"", number, i,
				    arg->op ? arg->op : "");
		if (!together)
			a = add_alternative(plan, value);
		a->conditions[a->count++] = (struct condition){ arg->index, (enum operation)op, arg->value, arg->value_two };
	}
	return 0;
}

static int read_rules(const struct spec_seccomp *seccomp, struct plan *plan)
{
	plan->rules = xcalloc(seccomp->rules.count + 1, sizeof *plan->rules);
	for (size_t i = 0; i < seccomp->rules.count; i++) {
		const struct spec_seccomp_rule *from = &seccomp->rules.items[i];
		struct rule *rule = &plan->rules[plan->rule_count++];
		char where[64];
		uint32_t value;
		int r;

		snprintf(where, sizeof where, "linux.seccomp.syscalls[%zu].action", i);
		r = seccomp_action(where, from->action, from->errno_ret, &value);
		if (r < 0)
			return r;
		*rule = (struct rule){ .names = &from->names, .first = plan->alternative_count };
		r = read_conditions(from, i, value, plan);
		if (r < 0)
			return r;
		rule->count = plan->alternative_count - rule->first;
		rule->skipped = value == plan->default_value;
		plan->notifies |= value == SECCOMP_RET_USER_NOTIF;
	}
	return 0;
}

/* The native architecture always comes first: it is what nearly every call is made on. */
static int read_arches(const struct strv *list, struct plan *plan)
{
	plan->arches[plan->arch_count++] = seccomp_arch_native();
	for (size_t i = 0; i < list->count; i++) {
		uint32_t token = 0;
		bool known = false;

		if (seccomp_arch_token(list->items[i], &token) < 0)
			return fail(-EINVAL, "linux.seccomp.architectures: there is no architecture \"%s\"", list->items[i]);
		for (size_t n = 0; n < plan->arch_count; n++)
			known |= plan->arches[n] == token;
		if (token && !known && plan->arch_count < ARCH_MAX)
			plan->arches[plan->arch_count++] = token;
	}
	return 0;
}

static int read_plan(const struct spec_seccomp *seccomp, struct plan *plan)
{
	uint32_t kind;
	int r = seccomp_action("linux.seccomp.defaultAction", seccomp->default_action, seccomp->default_errno_ret,
			       &plan->default_value);

	if (r == 0)
		r = read_arches(&seccomp->architectures, plan);
	if (r == 0)
		r = read_rules(seccomp, plan);
	if (r < 0)
		return r;
	if (plan->default_value == SECCOMP_RET_USER_NOTIF)
		return fail(-EINVAL, "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be the default");
	/*
	 * A call that is newer than all the profile knows answers ENOSYS, so that a C library falls back to the older one,
	 * which EPERM would not make it do. As runc since 1.0: not where the default lets calls pass.
	 */
	kind = plan->default_value & SECCOMP_RET_ACTION_FULL;
	plan->unknown_is_enosys = kind != SECCOMP_RET_ALLOW && kind != SECCOMP_RET_LOG && kind != SECCOMP_RET_TRACE &&
				  plan->default_value != (SECCOMP_RET_ERRNO | ENOSYS);
	return 0;
}

/* ---- what happens to one number ------------------------------------------------------------------------------------ */

static bool holds(const struct condition *c, uint64_t arg)
{
	switch (c->op) {
	case OP_EQ:
		return arg == c->value;
	case OP_NE:
		return arg != c->value;
	case OP_LT:
		return arg < c->value;
	case OP_LE:
		return arg <= c->value;
	case OP_GT:
		return arg > c->value;
	case OP_GE:
		return arg >= c->value;
	case OP_MASKED_EQ:
		return (arg & c->value) == c->value_two;
	}
	return false;
}

static uint32_t argument(uint32_t index, bool high)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + 8 * index) + (high ? HIGH_OFFSET : LOW_OFFSET);
}

/* A 64-bit comparison out of 32-bit ones. */
static seccomp_place emit_condition(struct seccomp_assembler *a, const struct condition *c, seccomp_place yes, seccomp_place no)
{
	uint32_t high = (uint32_t)(c->value >> 32), low = (uint32_t)c->value;
	struct condition opposite = *c;
	seccomp_place p;

	switch (c->op) {
	case OP_NE:
		opposite.op = OP_EQ;
		return emit_condition(a, &opposite, no, yes);
	case OP_LT:
		opposite.op = OP_GE;
		return emit_condition(a, &opposite, no, yes);
	case OP_LE:
		opposite.op = OP_GT;
		return emit_condition(a, &opposite, no, yes);
	case OP_EQ:
		p = seccomp_emit_jump(a, BPF_JEQ, low, yes, no);
		p = seccomp_emit_load(a, argument(c->index, false), p);
		p = seccomp_emit_jump(a, BPF_JEQ, high, p, no);
		return seccomp_emit_load(a, argument(c->index, true), p);
	case OP_GT:
	case OP_GE:
		p = seccomp_emit_jump(a, c->op == OP_GT ? BPF_JGT : BPF_JGE, low, yes, no);
		p = seccomp_emit_load(a, argument(c->index, false), p);
		p = seccomp_emit_jump(a, BPF_JEQ, high, p, no);
		p = seccomp_emit_jump(a, BPF_JGT, high, yes, p);
		return seccomp_emit_load(a, argument(c->index, true), p);
	case OP_MASKED_EQ:
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

static seccomp_place emit_alternatives(struct seccomp_assembler *a, const struct alternative *const *list, size_t count,
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

static uint32_t decide(const struct alternative *const *list, size_t count, uint64_t arg, uint32_t otherwise)
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
static seccomp_place emit_by_size(struct seccomp_assembler *a, const struct alternative *const *list, size_t count,
				  uint32_t otherwise)
{
	autofree uint64_t *bounds = xcalloc(2 * count + 2, sizeof *bounds);
	autofree struct seccomp_range *ranges = xcalloc(2 * count + 2, sizeof *ranges);
	uint32_t above = decide(list, count, UINT64_C(1) << 32, otherwise);
	size_t bound_count = 0, range_count = 0;
	seccomp_place p;

	bounds[bound_count++] = 0;
	for (size_t i = 0; i < count; i++) {
		const struct condition *c = &list[i]->conditions[0];

		if (list[i]->count != 1 || c->index != list[0]->conditions[0].index || c->op == OP_MASKED_EQ)
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

/* ---- all numbers of an architecture --------------------------------------------------------------------------------- */

struct entry {
	uint32_t number;
	size_t order; /* of the rule: keeps the sort stable */
	const struct alternative *alternative;
};

struct entries {
	struct entry *items;
	size_t count, size;
	uint32_t last;            /* the largest number the profile speaks of */
	struct alternative *made; /* for the functions of socketcall and ipc */
	size_t made_count;
};

static void entries_release(struct entries *e)
{
	free(e->items);
	free(e->made);
}

static void add_entry(struct entries *e, uint32_t number, const struct alternative *alternative)
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

static void collect_name(const struct plan *plan, const struct rule *rule, uint32_t token, const char *name, struct entries *e)
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
		e->made[e->made_count] = (struct alternative){ .conditions = { { 0, OP_EQ, function, 0 } },
							       .count = 1,
							       .value = plan->alternatives[rule->first].value };
		add_entry(e, (uint32_t)bundle, &e->made[e->made_count++]);
	}
}

static void collect(const struct plan *plan, uint32_t token, struct entries *e)
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
	const struct alternative **list;
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
static seccomp_place write_alternatives(struct writer *w, const struct alternative **list, size_t count, uint32_t otherwise)
{
	seccomp_place place = 0;

	for (size_t i = 0; i < w->written_count; i++)
		if (w->written[i].count == count && memcmp(w->written[i].list, list, count * sizeof *list) == 0) {
			free(list);
			return w->written[i].place;
		}
	place = emit_by_size(&w->a, list, count, otherwise);
	if (!place)
		place = emit_alternatives(&w->a, list, count, otherwise);
	w->written = xrealloc(w->written, (w->written_count + 1) * sizeof *w->written);
	w->written[w->written_count++] = (struct written){ list, count, place };
	return place;
}

/* All entries of one number. A rule without conditions overrides those with some, as in libseccomp. */
static void add_number(struct writer *w, const struct plan *plan, const struct entry *entries, size_t count, struct ranges *ranges)
{
	autofree const struct alternative **list = xcalloc(count, sizeof *list);
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
static void add_arch(struct writer *w, const struct plan *plan, uint32_t token, uint32_t first, struct ranges *ranges)
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

static bool has_arch(const struct plan *plan, uint32_t token)
{
	for (size_t i = 0; i < plan->arch_count; i++)
		if (plan->arches[i] == token)
			return true;
	return false;
}

static seccomp_place write_arch(struct writer *w, const struct plan *plan, uint32_t arch)
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
	autocall(plan_release) struct plan plan = { 0 };
	struct seccomp_program program = { 0 };
	uint32_t arches[ARCH_MAX];
	seccomp_place sections[ARCH_MAX], p;
	size_t count = 0;
	int r = read_plan(seccomp, &plan);

	if (r == 0)
		r = read_flags(&seccomp->flags, plan.notifies, &program.flags);
	if (r < 0)
		return r;
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
