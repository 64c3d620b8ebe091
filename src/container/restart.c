/* SPDX-License-Identifier: Apache-2.0 */
#include "container/restart.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

#define FIRST_MS  100
#define MOST_MS   60000
#define STABLE_NS INT64_C(10000000000)

static const char *const names[] = {
	[RESTART_NO] = "no",
	[RESTART_ALWAYS] = "always",
	[RESTART_UNLESS_STOPPED] = "unless-stopped",
	[RESTART_ON_FAILURE] = "on-failure",
};

const char *restart_name(enum restart_when when)
{
	return names[when];
}

int restart_parse(const char *text, struct restart_policy *ret)
{
	struct restart_policy p = { RESTART_NO, 0 };
	size_t len = strcspn(text, ":"), i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len && strncmp(text, names[i], len) == 0)
			break;
	if (i == ARRAY_SIZE(names) && len > 0)
		return fail(
			-EINVAL,
			"invalid restart policy: unknown policy '%.*s'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
			(int)len, text);
	if (len > 0)
		p.when = (enum restart_when)i;
	if (text[len] && number_i64(text + len + 1, &p.max) < 0)
		return fail(-EINVAL, "invalid restart policy format: maximum retry count must be an integer");
	if (text[len] && p.when != RESTART_ON_FAILURE)
		return fail(-EINVAL, "invalid restart policy: maximum retry count can only be used with 'on-failure'");
	if (p.max < 0)
		return fail(-EINVAL, "invalid restart policy: maximum retry count cannot be negative");
	*ret = p;
	return 0;
}

bool restart_wanted(const struct restart_policy *p, const struct restart_end *end)
{
	if (end->stopped)
		return false;
	if (p->when == RESTART_ON_FAILURE)
		return end->exit_code != 0 && (p->max == 0 || end->count < p->max);
	return p->when != RESTART_NO;
}

bool restart_at_boot(const struct restart_policy *p, const struct restart_end *end)
{
	if (p->when == RESTART_ALWAYS)
		return true; /* Docker's: what the user stopped comes back with the machine, unless the policy is unless-stopped */
	return restart_wanted(p, end);
}

int64_t restart_delay_ms(int64_t last_ms, int64_t ran_ns)
{
	if (last_ms == 0 || ran_ns >= STABLE_NS)
		return FIRST_MS;
	return last_ms * 2 < MOST_MS ? last_ms * 2 : MOST_MS;
}
