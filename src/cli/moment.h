/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A point in time as people type it: --since, --until, --filter until=. Command's process. */
#include <stdint.h>

/*
 * RFC 3339, the same without a zone (then it is the local one) or without seconds or time of day, seconds since 1970, or a
 * duration back from now; as Docker takes them. Nanoseconds since 1970. -EINVAL with words.
 */
int moment_parse(const char *text, int64_t *ret);
/* For option.check. */
int moment_check(const char *text);
