/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zone.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX  (256 << 10)
#define DIRECTORY "/usr/share/zoneinfo"
#define HEADER    44
#define DAY       86400

/* "M3.5.0/2": month, week (5: the last), day of the week; without a month a day of the year */
struct rule {
	int month, week, day;
	bool leap_counts; /* without a month: 29 February is a day, and the first is 0 */
	int time;         /* seconds, of the wall clock until then */
};

static struct zone {
	bool read;
	/* moments after which another offset holds, and those offsets; @before holds before the first */
	size_t count;
	const unsigned char *times, *kinds, *types;
	int before;
	/* behind the last of them: standard time and, where @summer_set, between two days of each year another */
	bool rule_set, summer_set;
	int standard, summer;
	struct rule begin, end;
} zone;

static int64_t big_endian(const unsigned char *p, size_t len)
{
	uint64_t n = *p & 0x80 ? UINT64_MAX : 0;

	while (len-- > 0)
		n = n << 8 | *p++;
	return (int64_t)n;
}

/* ---- the rule ------------------------------------------------------------------------------------------------------- */

static bool take_number(const char **p, int *ret)
{
	int n = 0;

	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p) && n < 100000; (*p)++)
		n = n * 10 + (**p - '0');
	*ret = n;
	return true;
}

static bool take_name(const char **p)
{
	const char *begin = *p;

	if (**p == '<') {
		*p += strcspn(*p, ">");
		return *(*p)++ == '>';
	}
	while (isalpha((unsigned char)**p))
		(*p)++;
	return *p - begin >= 3;
}

/* "[+-]hh[:mm[:ss]]", in seconds */
static bool take_time(const char **p, int *ret)
{
	int sign = **p == '-' ? -1 : 1, part, unit = 3600;

	*p += **p == '-' || **p == '+';
	*ret = 0;
	do {
		if (!take_number(p, &part))
			return false;
		*ret += sign * part * unit;
		unit /= 60;
	} while (unit && **p == ':' && (*p)++);
	return true;
}

static bool take_rule(const char **p, struct rule *ret)
{
	*ret = (struct rule){ .leap_counts = true, .time = 2 * 3600 };
	if (**p == 'M') {
		(*p)++;
		if (!take_number(p, &ret->month) || *(*p)++ != '.' || !take_number(p, &ret->week) || *(*p)++ != '.')
			return false;
		if (ret->month < 1 || ret->month > 12 || ret->week < 1 || ret->week > 5)
			return false;
	} else if (**p == 'J') {
		(*p)++;
		ret->leap_counts = false;
	}
	if (!take_number(p, &ret->day))
		return false;
	return **p != '/' || ((*p)++, take_time(p, &ret->time));
}

/* POSIX, "TZ": an offset counts westwards, and summer is an hour ahead where nothing else is said. */
static void read_rule(const char *p)
{
	struct zone z = zone;

	if (!take_name(&p) || !take_time(&p, &z.standard))
		return;
	z.standard = -z.standard;
	z.rule_set = true;
	if (*p && *p != ',') {
		if (!take_name(&p))
			return;
		z.summer = z.standard + 3600;
		if (*p && *p != ',') {
			if (!take_time(&p, &z.summer))
				return;
			z.summer = -z.summer;
		}
		if (!*p)
			p = ",M3.2.0,M11.1.0";
		if (*p++ != ',' || !take_rule(&p, &z.begin) || *p++ != ',' || !take_rule(&p, &z.end))
			return;
		z.summer_set = true;
	}
	if (*p == '\0')
		zone = z;
}

/* The first second of the rule's day in @year, and its time in it; the wall's clock. */
static int64_t rule_moment(const struct rule *rule, int year)
{
	int64_t day = clock_days(year, rule->month ? rule->month : 1, 1);

	if (rule->month) {
		/* 1 January 1970 was a Thursday */
		int first = (int)(((day + 4) % 7 + 7) % 7), ahead = (rule->day - first + 7) % 7 + (rule->week - 1) * 7;
		int64_t next = clock_days(year + rule->month / 12, rule->month % 12 + 1, 1);

		day += day + ahead >= next ? ahead - 7 : ahead;
	} else {
		bool leap = clock_days(year, 3, 1) - clock_days(year, 2, 28) == 2;

		day += rule->leap_counts ? rule->day : rule->day - 1 + (leap && rule->day >= 60);
	}
	return day * DAY + rule->time;
}

static int offset_by_rule(int64_t seconds)
{
	int64_t local = seconds + zone.standard, begin, end;
	int year, month, day;
	bool summer;

	if (!zone.summer_set)
		return zone.standard;
	clock_date(local / DAY - (local % DAY < 0), &year, &month, &day);
	begin = rule_moment(&zone.begin, year) - zone.standard;
	end = rule_moment(&zone.end, year) - zone.summer;
	summer = begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
	return summer ? zone.summer : zone.standard;
}

/* ---- the file ------------------------------------------------------------------------------------------------------- */

/* The block at @p, whose moments have @width bytes: where it ends, or NULL when it is not whole. */
static const unsigned char *read_block(const unsigned char *p, const unsigned char *end, size_t width)
{
	size_t counts[6], size; /* isut, isstd, leap, time, type, char */

	if (end - p < HEADER || memcmp(p, "TZif", 4) != 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		counts[i] = (size_t)big_endian(p + 20 + 4 * i, 4);
		if (counts[i] > FILE_MAX)
			return NULL;
	}
	size = counts[3] * (width + 1) + counts[4] * 6 + counts[5] + counts[2] * (width + 4) + counts[1] + counts[0];
	p += HEADER;
	if ((size_t)(end - p) < size || !counts[4])
		return NULL;
	zone.count = counts[3];
	zone.times = p;
	zone.kinds = p + counts[3] * width;
	zone.types = zone.kinds + counts[3];
	for (size_t i = 0; i < zone.count; i++)
		if (zone.kinds[i] >= counts[4])
			return NULL;
	zone.before = (int)big_endian(zone.types, 4);
	return p + size;
}

static bool read_file(const char *path)
{
	static struct buf text; /* what the zone's tables are in */
	const unsigned char *p, *end;

	if (file_read(AT_FDCWD, path, FILE_MAX, &text) < 0) {
		error_clear();
		return false;
	}
	p = (const unsigned char *)text.data;
	end = p + text.len;
	/* the block of 32-bit moments is for readers of before 2005; one of 64 bits follows, and a rule behind that */
	p = text.len > HEADER && p[4] >= '2' ? read_block(p, end, 4) : NULL;
	p = p ? read_block(p, end, 8) : NULL;
	if (!p) {
		zone = (struct zone){ .read = true };
		return false;
	}
	if (p < end && *p == '\n') {
		autofree char *rule = xstrndup((const char *)p + 1, (size_t)(end - p - 1));

		rule[strcspn(rule, "\n")] = '\0';
		read_rule(rule);
	}
	return true;
}

static void read_zone(void)
{
	const char *name = getenv("TZ");
	autofree char *path = NULL;

	zone.read = true;
	if (!name) {
		(void)read_file("/etc/localtime");
		return;
	}
	name += *name == ':';
	path = *name == '/' ? xstrdup(name) : xasprintf(DIRECTORY "/%s", name);
	if (*name && !read_file(path))
		read_rule(name);
}

int zone_offset(int64_t seconds)
{
	size_t low = 0, high;

	if (!zone.read)
		read_zone();
	high = zone.count;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (big_endian(zone.times + middle * 8, 8) <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone.count && zone.rule_set)
		return offset_by_rule(seconds);
	return low == 0 ? zone.before : (int)big_endian(zone.types + zone.kinds[low - 1] * 6, 4);
}

int64_t zone_moment(int64_t local)
{
	int64_t guess = local - zone_offset(local);

	return local - zone_offset(guess);
}
