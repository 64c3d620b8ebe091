/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Local time: $TZ (a name below /usr/share/zoneinfo, a path, or a rule as "CET-1CEST,M3.5.0,M10.5.0/3"), else /etc/localtime,
 * else UTC. Read once. libc's own would bring scanf and three kinds of long floating-point numbers with it, 110 KiB in a static
 * program, for a file of two tables (RFC 8536).
 */
#include <stdint.h>

/* Seconds east of Greenwich at that moment, in seconds since 1970. */
int zone_offset(int64_t seconds);
/* The moment that a clock on the wall shows as @local, which counts as if it were UTC. */
int64_t zone_moment(int64_t local);
