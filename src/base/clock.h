/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Wall-clock time as the files of Docker and OCI write it: RFC 3339 with nanoseconds, in UTC. */
#include <stdint.h>

#define CLOCK_TEXT_MAX 40

/* Nanoseconds since 1970. */
int64_t clock_now(void);
/* Nanoseconds of CLOCK_MONOTONIC, for measuring. */
int64_t clock_monotonic(void);
/* "2026-01-02T03:04:05.000000006Z"; returns @text. */
const char *clock_format(int64_t ns, char text[CLOCK_TEXT_MAX]);
/* The same @offset seconds east of Greenwich: "2026-01-02T03:04:05.000000006+01:00", and Z for 0. */
const char *clock_format_at(int64_t ns, int offset, char text[CLOCK_TEXT_MAX]);
/* "2026-01-02 03:04:05 +0000 UTC", as Go prints a time and Docker's tables show it; returns @text. */
const char *clock_go(int64_t ns, char text[CLOCK_TEXT_MAX]);
/* The same with the fraction of the second, where there is one. */
const char *clock_go_fine(int64_t ns, char text[CLOCK_TEXT_MAX]);
/* Days since 1970 of a date of the Gregorian calendar (month and day from 1), and the date of a day. */
int64_t clock_days(int year, int month, int day);
void clock_date(int64_t days, int *ret_year, int *ret_month, int *ret_day);
/*
 * "2026-01-02", and "T03:04" and ":05" where it goes on so; moves *@text behind it. Returns how far it went (date, minutes,
 * seconds), or -EINVAL without words. Only these members of *@ret are set.
 */
enum clock_part { CLOCK_DATE, CLOCK_MINUTES, CLOCK_SECONDS };
struct tm;
int clock_take(const char **text, struct tm *ret);
/* RFC 3339 with any number of fraction digits and any offset. -EINVAL without words. */
int clock_parse(const char *text, int64_t *ret_ns);
/* "3 minutes", "About an hour", "2 weeks" as Docker's tables; returns @text. */
const char *clock_human(int64_t duration_ns, char text[CLOCK_TEXT_MAX]);
