/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int number_take(const char **text, unsigned int base, uint64_t *ret)
{
	uint64_t value = 0;
	const char *p = *text;

	for (;; p++) {
		unsigned int digit = *p >= '0' && *p <= '9'       ? (unsigned int)(*p - '0')
				     : isalpha((unsigned char)*p) ? (*p | 32) - 'a' + 10u
								  : 99;

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
			return -ERANGE;
	}
	if (p == *text)
		return -EINVAL;
	*text = p;
	*ret = value;
	return 0;
}

static int whole(const char *s, unsigned int base, uint64_t max, uint64_t *ret)
{
	uint64_t n;
	int r = number_take(&s, base, &n);

	if (r < 0)
		return r;
	if (*s)
		return -EINVAL;
	if (n > max)
		return -ERANGE;
	*ret = n;
	return 0;
}

int number_u32(const char *s, uint32_t *ret)
{
	uint64_t n;
	int r = whole(s, 10, UINT32_MAX, &n);

	if (r == 0)
		*ret = (uint32_t)n;
	return r;
}

int number_u64(const char *s, uint64_t *ret)
{
	return whole(s, 10, UINT64_MAX, ret);
}

int number_i64(const char *s, int64_t *ret)
{
	bool minus = *s == '-';
	uint64_t n;
	int r = whole(s + minus, 10, (uint64_t)INT64_MAX + minus, &n);

	if (r == 0)
		*ret = minus ? (int64_t)-n : (int64_t)n;
	return r;
}

int number_octal(const char *s, uint32_t *ret)
{
	uint64_t n;
	int r = whole(s, 8, UINT32_MAX, &n);

	if (r == 0)
		*ret = (uint32_t)n;
	return r;
}

uint32_t number_version(const char *s)
{
	uint64_t major, minor;

	if (number_take(&s, 10, &major) < 0 || *s++ != '.' || number_take(&s, 10, &minor) < 0 || major > 0xffff || minor > 0xffff)
		return 0;
	return (uint32_t)(major << 16 | minor);
}

/* A decimal with a fraction, scaled by @scale, from *@p on. */
static int read_scaled(const char **p, int64_t scale, int64_t *ret)
{
	uint64_t units = 0;
	int64_t n;
	long double fraction = 0, weight = 1;
	const char *s = *p;
	int r;

	if (*s != '.') {
		r = number_take(&s, 10, &units);
		if (r < 0)
			return r;
	} else if (!isdigit((unsigned char)s[1])) {
		return -EINVAL;
	}
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++) {
			weight /= 10;
			fraction += weight * (*s - '0');
		}
	if (units > INT64_MAX || __builtin_mul_overflow((int64_t)units, scale, &n) ||
	    __builtin_add_overflow(n, (int64_t)(fraction * (long double)scale + 0.000001L), &n))
		return -ERANGE;
	*p = s;
	*ret = n;
	return 0;
}

static int size_unit(const char *s, int64_t *ret)
{
	static const char units[] = "kmgtp";
	const char *found;
	int64_t scale = 1;

	if (*s == ' ')
		s++;
	if (!*s || strcasecmp(s, "b") == 0) {
		*ret = 1;
		return 0;
	}
	found = strchr(units, tolower((unsigned char)*s));
	if (!found || (s[1] && strcasecmp(s + 1, "b") != 0 && strcasecmp(s + 1, "ib") != 0))
		return -EINVAL;
	for (int i = 0; i <= found - units; i++)
		scale *= 1024;
	*ret = scale;
	return 0;
}

int number_size(const char *s, int minus_one, int64_t *ret)
{
	const char *unit = s + strspn(s, "0123456789.");
	int64_t scale;
	const char *p = s;
	int r;

	if (minus_one && strcmp(s, "-1") == 0) {
		*ret = -1;
		return 0;
	}
	r = size_unit(unit, &scale);
	if (r < 0)
		return r;
	r = read_scaled(&p, scale, ret);
	return r == 0 && p != unit ? -EINVAL : r;
}

int number_fixed(const char *s, unsigned int digits, int64_t *ret)
{
	int64_t scale = 1;
	int r;

	while (digits--)
		scale *= 10;
	r = read_scaled(&s, scale, ret);
	return r == 0 && *s ? -EINVAL : r;
}

int number_duration(const char *s, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
		{ "ns", 1 },         { "us", 1000 },       { "µs", 1000 },         { "ms", 1000000 },
		{ "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
	};
	int64_t total = 0;

	if (strcmp(s, "0") == 0) {
		*ret = 0;
		return 0;
	}
	if (!*s)
		return -EINVAL;
	while (*s) {
		const char *number = s, *unit = s + strspn(s, "0123456789.");
		size_t len = strcspn(unit, "0123456789."), i;
		int64_t n;
		int r;

		for (i = 0; i < sizeof units / sizeof *units; i++)
			if (strlen(units[i].name) == len && strncmp(units[i].name, unit, len) == 0)
				break;
		if (i == sizeof units / sizeof *units)
			return -EINVAL;
		r = read_scaled(&number, units[i].ns, &n);
		if (r < 0)
			return r;
		if (number != unit)
			return -EINVAL;
		if (__builtin_add_overflow(total, n, &total))
			return -ERANGE;
		s = unit + len;
	}
	*ret = total;
	return 0;
}

/* Divides down to the largest unit; returns its name. */
static const char *scale_down(double *n, double step, const char *const *units)
{
	while (*n >= step && units[1]) {
		*n /= step;
		units++;
	}
	return *units;
}

static const char *decimal_size(uint64_t bytes, int digits, char text[NUMBER_TEXT_MAX])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB", NULL };

	double n = (double)bytes;
	const char *unit = scale_down(&n, 1000, units);

	snprintf(text, NUMBER_TEXT_MAX, "%.*g%s", digits, n, unit);
	return text;
}

const char *number_size_1000(uint64_t bytes, char text[NUMBER_TEXT_MAX])
{
	return decimal_size(bytes, 3, text);
}

const char *number_size_fine(uint64_t bytes, char text[NUMBER_TEXT_MAX])
{
	return decimal_size(bytes, 4, text);
}

const char *number_size_1024(uint64_t bytes, char text[NUMBER_TEXT_MAX])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL };

	double n = (double)bytes;
	const char *unit = scale_down(&n, 1024, units);

	snprintf(text, NUMBER_TEXT_MAX, "%.4g%s", n, unit);
	return text;
}
