/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The words of a template: where its parser stands, and the smallest things that it can stand at. Each function that takes
 * something moves on behind it; 0, or -EINVAL with words that say the line.
 */
#include <json-c/json_object.h>
#include <stdbool.h>

struct format_scan {
	const char *start, *p;
	unsigned int depth;
	bool trim; /* the action before ended with -}}: leading white space of the text is dropped */
};

int scan_bad(const struct format_scan *ps, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool scan_is_space(char c);
bool scan_is_word(char c);
void scan_space(struct format_scan *ps);
/* At "}}", or at "-}}" behind white space. */
bool scan_at_close(const struct format_scan *ps);
int scan_close(struct format_scan *ps);
/* Letters, digits and _, or "" where there are none; caller frees. */
char *scan_word(struct format_scan *ps);
/* `raw`, "with escapes", and numbers as Go writes them. */
int scan_raw_string(struct format_scan *ps, struct json_object **ret);
int scan_string(struct format_scan *ps, struct json_object **ret);
int scan_number(struct format_scan *ps, struct json_object **ret);
