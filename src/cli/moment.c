/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/moment.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/zone.h"

#include <errno.h>
#include <time.h>

#define BILLION INT64_C(1000000000)

static int parse_local(const char *text, int64_t *ret)
{
	static const char *const missing[] = { [CLOCK_DATE] = "T00:00:00Z", [CLOCK_MINUTES] = ":00Z", [CLOCK_SECONDS] = "Z" };
	const char *p = text;
	struct tm unused;
	int part = clock_take(&p, &unused), r;
	autofree char *whole = NULL;

	if (part < 0 || *p)
		return -EINVAL;
	whole = xasprintf("%s%s", text, missing[part]);
	r = clock_parse(whole, ret);
	if (r == 0)
		*ret = zone_moment(*ret / BILLION) * BILLION;
	return r;
}

int moment_parse(const char *text, int64_t *ret)
{
	int64_t ns;

	if (clock_parse(text, ret) == 0 || parse_local(text, ret) == 0 || number_fixed(text, 9, ret) == 0)
		return 0;
	if (number_duration(text, &ns) == 0) {
		*ret = clock_now() - ns;
		return 0;
	}
	return fail(-EINVAL, "failed to parse value as time or duration: %s", text);
}

int moment_check(const char *text)
{
	int64_t unused;

	return moment_parse(text, &unused);
}
