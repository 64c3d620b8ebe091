/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/glob.h"

#include <stddef.h>

/* Whether @c is in the set behind "[" at *@pattern, which is then behind its "]"; false for a set without an end, too. */
static bool in_set(const char **pattern, char c)
{
	const char *p = *pattern;
	bool negated = *p == '^', found = false;

	p += negated;
	do {
		char first, last;

		if (*p == '\\')
			p++;
		first = last = *p;
		if (!*p++)
			return false;
		if (p[0] == '-' && p[1] && p[1] != ']') {
			p += 1 + (p[1] == '\\' && p[2]);
			last = *p++;
		}
		found |= c >= first && c <= last;
	} while (*p != ']');
	*pattern = p + 1;
	return found != negated;
}

/* One character of the pattern that is no '*'. */
static bool takes(const char **pattern, char c)
{
	switch (*(*pattern)++) {
	case '?':
		return c != '/';
	case '[':
		return c != '/' && in_set(pattern, c);
	case '\\':
		return **pattern && *(*pattern)++ == c;
	default:
		return (*pattern)[-1] == c;
	}
}

bool glob_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		const char *next = pattern;

		if (*pattern == '*') {
			/* the last star takes what has to be taken: those before it have done their part */
			star = ++pattern;
			from = text;
		} else if (*pattern && takes(&next, *text)) {
			pattern = next;
			text++;
		} else if (star && *from != '/') {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
