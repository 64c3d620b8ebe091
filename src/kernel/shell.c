/* SPDX-License-Identifier: Apache-2.0 */
/* Words for a shell: quoting, for step_say. */
#include "kernel/step.h"

#include <ctype.h>
#include <string.h>

#define QUOTED_MAX 2048

static bool is_plain(const char *s)
{
	return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_^")] == '\0';
}

/* The length of a leading $NAME that is the script's own variable. */
static size_t variable_length(const char *s)
{
	size_t n = 1;

	if (*s != '$')
		return 0;
	while (isupper((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n > 1 && (s[n] == '/' || s[n] == '\0') ? n : 0;
}

const char *step_quote(const char *s)
{
	static char buffers[8][QUOTED_MAX];
	static unsigned int turn;
	char *out = buffers[turn++ % 8];
	size_t n = 0, variable = variable_length(s);

	if (is_plain(s))
		return s;
	if (variable) {
		/* "$ROOT"/rest: the variable's value may hold anything */
		out[n++] = '"';
		memcpy(out + n, s, variable);
		n += variable;
		out[n++] = '"';
		s += variable;
		if (!*s || is_plain(s)) {
			strncpy(out + n, s, QUOTED_MAX - n - 1);
			out[QUOTED_MAX - 1] = '\0';
			return out;
		}
	}
	out[n++] = '\'';
	for (; *s && n < QUOTED_MAX - 8; s++) {
		if (*s == '\'') {
			memcpy(out + n, "'\\''", 4);
			n += 4;
		} else {
			out[n++] = *s;
		}
	}
	out[n++] = '\'';
	out[n] = '\0';
	return out;
}
