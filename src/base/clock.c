/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS  1000000000LL
#define DAY 86400

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* @number in @count digits, and @next; returns what is behind them. */
static char *put_digits(char *p, int number, int count, char next)
{
	for (int i = count - 1; i >= 0; i--, number /= 10)
		p[i] = (char)('0' + number % 10);
	p[count] = next;
	return p + count + 1;
}

/* gmtime_r would read the time zone's file for it. */
void clock_date(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	/* eras of 400 years, and years that begin in March: the leap day is the last of its year */
	int64_t from_0 = days + 719468, era = (from_0 < 0 ? from_0 - 146096 : from_0) / 146097;
	int in_era = (int)(from_0 - era * 146097);
	int year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int in_year = in_era - (365 * year + year / 4 - year / 100), march = (5 * in_year + 2) / 153;

	*ret_year = (int)(year + era * 400) + (march > 9);
	*ret_month = march > 9 ? march - 9 : march + 3;
	*ret_day = in_year - (153 * march + 2) / 5 + 1;
}

const char *clock_format_at(int64_t ns, int offset, char text[CLOCK_TEXT_MAX])
{
	int64_t seconds = ns / NS - (ns % NS < 0), local = seconds + offset, days = local / DAY - (local % DAY < 0);
	int in_day = (int)(local - days * DAY), east = offset < 0 ? -offset : offset, year, month, day;
	char *p;

	/* nanoseconds in 64 bits are of the years 1677 to 2262 */
	clock_date(days, &year, &month, &day);
	p = put_digits(text, year, 4, '-');
	p = put_digits(p, month, 2, '-');
	p = put_digits(p, day, 2, 'T');
	p = put_digits(p, in_day / 3600, 2, ':');
	p = put_digits(p, in_day / 60 % 60, 2, ':');
	p = put_digits(p, in_day % 60, 2, '.');
	p = put_digits(p, (int)(ns - seconds * NS), 9, offset ? offset < 0 ? '-' : '+' : 'Z');
	if (offset)
		p = put_digits(put_digits(p, east / 3600, 2, ':'), east / 60 % 60, 2, '\0') - 1;
	*p = '\0';
	return text;
}

const char *clock_format(int64_t ns, char text[CLOCK_TEXT_MAX])
{
	return clock_format_at(ns, 0, text);
}

const char *clock_go_fine(int64_t ns, char text[CLOCK_TEXT_MAX])
{
	char *end;

	clock_format(ns, text);
	text[10] = ' ';
	for (end = text + strlen(text) - 1; end[-1] == '0'; end--)
		;
	strcpy(end[-1] == '.' ? end - 1 : end, " +0000 UTC");
	return text;
}

const char *clock_go(int64_t ns, char text[CLOCK_TEXT_MAX])
{
	clock_format(ns, text);
	text[10] = ' ';
	strcpy(text + 19, " +0000 UTC");
	return text;
}

/* ".123456" -> nanoseconds; moves *@p. */
static int64_t parse_fraction(const char **p)
{
	int64_t ns = 0, weight = NS / 10;

	if (**p != '.')
		return 0;
	for ((*p)++; isdigit((unsigned char)**p); (*p)++, weight /= 10)
		ns += weight * (**p - '0');
	return ns;
}

/* A number of @digits digits from @least to @most at *@p, behind the character @lead (or none). */
static bool take(const char **p, char lead, int digits, int least, int most, int *ret)
{
	const char *s = *p + (lead && **p == lead);
	int n = 0;

	if (lead && **p != lead)
		return false;
	for (int i = 0; i < digits; i++, s++) {
		if (!isdigit((unsigned char)*s))
			return false;
		n = n * 10 + (*s - '0');
	}
	if (n < least || n > most)
		return false;
	*p = s;
	*ret = n;
	return true;
}

int clock_take(const char **text, struct tm *ret)
{
	const char *p = *text;
	int year, month, part = CLOCK_DATE;

	if (!take(&p, 0, 4, 0, 9999, &year) || !take(&p, '-', 2, 1, 12, &month) || !take(&p, '-', 2, 1, 31, &ret->tm_mday))
		return -EINVAL;
	ret->tm_year = year - 1900;
	ret->tm_mon = month - 1;
	if (take(&p, 'T', 2, 0, 23, &ret->tm_hour)) {
		if (!take(&p, ':', 2, 0, 59, &ret->tm_min))
			return -EINVAL;
		/* a minute may have a leap second */
		part = take(&p, ':', 2, 0, 60, &ret->tm_sec) ? CLOCK_SECONDS : CLOCK_MINUTES;
	}
	*text = p;
	return part;
}

static int parse_offset(const char *p, int64_t *ret)
{
	int hours, minutes;
	char sign = *p;

	*ret = 0;
	if ((*p == 'Z' || *p == 'z') && !p[1])
		return 0;
	if ((sign != '+' && sign != '-') || !take(&p, sign, 2, 0, 99, &hours) || !take(&p, ':', 2, 0, 59, &minutes) || *p)
		return -EINVAL;
	*ret = (hours * 60LL + minutes) * 60 * NS * (sign == '-' ? -1 : 1);
	return 0;
}

/* Each record of a log has a time: timegm takes ten times as long. */
int64_t clock_days(int year, int month, int day)
{
	/* 400 more years, so that nothing is negative */
	int y = year - (month <= 2) + 400, m = (month + 9) % 12;

	return y * 365LL + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468 - 146097;
}

int clock_parse(const char *text, int64_t *ret_ns)
{
	struct tm tm = { 0 };
	const char *p = text;
	int64_t seconds, fraction, offset;

	if (clock_take(&p, &tm) != CLOCK_SECONDS)
		return -EINVAL;
	fraction = parse_fraction(&p);
	if (parse_offset(p, &offset) < 0)
		return -EINVAL;
	seconds = ((clock_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 24 + tm.tm_hour) * 60 + tm.tm_min) * 60 + tm.tm_sec;
	/* the year 1 is how Go writes "never": the first moment there is here */
	if (__builtin_mul_overflow(seconds, NS, ret_ns) || __builtin_add_overflow(*ret_ns, fraction - offset, ret_ns))
		*ret_ns = seconds < 0 ? INT64_MIN : INT64_MAX;
	return 0;
}

const char *clock_human(int64_t duration_ns, char text[CLOCK_TEXT_MAX])
{
	int64_t seconds = duration_ns / NS, minutes = seconds / 60, hours = (seconds + 1800) / 3600;

	if (seconds < 1)
		snprintf(text, CLOCK_TEXT_MAX, "Less than a second");
	else if (seconds == 1)
		snprintf(text, CLOCK_TEXT_MAX, "1 second");
	else if (seconds < 60)
		snprintf(text, CLOCK_TEXT_MAX, "%lld seconds", (long long)seconds);
	else if (minutes == 1)
		snprintf(text, CLOCK_TEXT_MAX, "About a minute");
	else if (minutes < 60)
		snprintf(text, CLOCK_TEXT_MAX, "%lld minutes", (long long)minutes);
	else if (hours == 1)
		snprintf(text, CLOCK_TEXT_MAX, "About an hour");
	else if (hours < 48)
		snprintf(text, CLOCK_TEXT_MAX, "%lld hours", (long long)hours);
	else if (hours < 24 * 7 * 2)
		snprintf(text, CLOCK_TEXT_MAX, "%lld days", (long long)hours / 24);
	else if (hours < 24 * 30 * 2)
		snprintf(text, CLOCK_TEXT_MAX, "%lld weeks", (long long)hours / 24 / 7);
	else if (hours < 24 * 365 * 2)
		snprintf(text, CLOCK_TEXT_MAX, "%lld months", (long long)hours / 24 / 30);
	else
		snprintf(text, CLOCK_TEXT_MAX, "%lld years", (long long)hours / 24 / 365);
	return text;
}
