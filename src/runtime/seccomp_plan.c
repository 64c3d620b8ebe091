/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_plan.h"

#include "base/error.h"
#include "base/memory.h"
#include "runtime/seccomp_syscall.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int find_operation(const char *name)
{
	static const char *const names[] = {
		[SECCOMP_EQ] = "SCMP_CMP_EQ",
		[SECCOMP_NE] = "SCMP_CMP_NE",
		[SECCOMP_LT] = "SCMP_CMP_LT",
		[SECCOMP_LE] = "SCMP_CMP_LE",
		[SECCOMP_GT] = "SCMP_CMP_GT",
		[SECCOMP_GE] = "SCMP_CMP_GE",
		[SECCOMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
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

/* ---- rules -------------------------------------------------------------------------------------------------------- */

void seccomp_plan_release(struct seccomp_plan *plan)
{
	free(plan->rules);
	free(plan->alternatives);
}

static struct seccomp_alternative *add_alternative(struct seccomp_plan *plan, uint32_t value)
{
	plan->alternatives = xrealloc(plan->alternatives, (plan->alternative_count + 1) * sizeof *plan->alternatives);
	plan->alternatives[plan->alternative_count] = (struct seccomp_alternative){ .value = value };
	return &plan->alternatives[plan->alternative_count++];
}

/*
 * The conditions of a rule hold together, unless one argument is named twice: then each is a rule of its own. That is
 * what runc made of the spec, and what profiles are written for.
 */
static int read_conditions(const struct spec_seccomp_rule *rule, size_t number, uint32_t value, struct seccomp_plan *plan)
{
	unsigned int seen = 0;
	bool together = true;
	struct seccomp_alternative *a = NULL;

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
		a->conditions[a->count++] = (struct seccomp_condition){ arg->index, (enum seccomp_operation)op, arg->value,
									arg->value_two };
	}
	return 0;
}

static int read_rules(const struct spec_seccomp *seccomp, struct seccomp_plan *plan)
{
	plan->rules = xcalloc(seccomp->rules.count + 1, sizeof *plan->rules);
	for (size_t i = 0; i < seccomp->rules.count; i++) {
		const struct spec_seccomp_rule *from = &seccomp->rules.items[i];
		struct seccomp_rule *rule = &plan->rules[plan->rule_count++];
		char where[64];
		uint32_t value;
		int r;

		snprintf(where, sizeof where, "linux.seccomp.syscalls[%zu].action", i);
		r = seccomp_action(where, from->action, from->errno_ret, &value);
		if (r < 0)
			return r;
		*rule = (struct seccomp_rule){ .names = &from->names, .first = plan->alternative_count };
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
static int read_arches(const struct strv *list, struct seccomp_plan *plan)
{
	plan->arches[plan->arch_count++] = seccomp_arch_native();
	for (size_t i = 0; i < list->count; i++) {
		uint32_t token = 0;
		bool known = false;

		if (seccomp_arch_token(list->items[i], &token) < 0)
			return fail(-EINVAL, "linux.seccomp.architectures: there is no architecture \"%s\"", list->items[i]);
		for (size_t n = 0; n < plan->arch_count; n++)
			known |= plan->arches[n] == token;
		if (token && !known && plan->arch_count < SECCOMP_ARCHES)
			plan->arches[plan->arch_count++] = token;
	}
	return 0;
}

int seccomp_plan_read(const struct spec_seccomp *seccomp, struct seccomp_plan *plan)
{
	uint32_t kind;
	int r = seccomp_action("linux.seccomp.defaultAction", seccomp->default_action, seccomp->default_errno_ret,
			       &plan->default_value);

	if (r == 0)
		r = read_arches(&seccomp->architectures, plan);
	if (r == 0)
		r = read_rules(seccomp, plan);
	if (r == 0)
		r = read_flags(&seccomp->flags, plan->notifies, &plan->flags);
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
