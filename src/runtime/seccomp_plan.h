/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* linux.seccomp (config-linux.md), read once: words are numbers, each rule is a list of alternatives. Pure. */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECCOMP_ARCHES 16 /* more are left out */

enum seccomp_operation { SECCOMP_EQ, SECCOMP_NE, SECCOMP_LT, SECCOMP_LE, SECCOMP_GT, SECCOMP_GE, SECCOMP_MASKED_EQ };

struct seccomp_condition {
	uint32_t index;
	enum seccomp_operation op;
	uint64_t value, value_two;
};

/* All conditions hold: then this action. None: always. */
struct seccomp_alternative {
	struct seccomp_condition conditions[6];
	size_t count;
	uint32_t value;
};

/* One rule of the spec for one call: alternatives[first … first + count) of the plan. */
struct seccomp_rule {
	const struct strv *names;
	size_t first, count;
	bool skipped; /* says what the default says */
};

struct seccomp_plan {
	struct seccomp_rule *rules;
	size_t rule_count;
	struct seccomp_alternative *alternatives;
	size_t alternative_count;
	uint32_t default_value;
	uint32_t flags; /* SECCOMP_FILTER_FLAG_* */
	bool notifies;
	bool unknown_is_enosys;
	uint32_t arches[SECCOMP_ARCHES];
	size_t arch_count;
};

/* SCMP_ACT_* with its errno as the value a filter returns. -EINVAL with words; @where names the property. */
int seccomp_action(const char *where, const char *action, struct opt_u64 errno_ret, uint32_t *ret);
/* Fills @plan, which was zero; names stay @seccomp's. -EINVAL with words that name the property: release it all the same. */
int seccomp_plan_read(const struct spec_seccomp *seccomp, struct seccomp_plan *plan);
void seccomp_plan_release(struct seccomp_plan *plan);
