/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/moment.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/number.h"

#include <errno.h>
#include <time.h>

#define BILLION INT64_C(1000000000)

static int parse_local(const char *text, int64_t *ret)
{
	struct tm tm = { .tm_isdst = -1 };

	if (clock_take(&text, &tm) < 0 || *text)
		return -EINVAL;
	*ret = (int64_t)mktime(&tm) * BILLION;
	return 0;
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
