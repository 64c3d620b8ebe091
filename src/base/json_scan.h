/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Looking into JSON that hoy wrote itself without building a tree of it: a thousand records in milliseconds, for lists. A
 * value is a piece of the text, and what is not wanted is stepped over. Text that is no JSON gives fewer members, never a
 * read outside of it; who must know that a file is whole reads it with json.h.
 */
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value, without white space around it; text is NULL for none. Borrowed from the text it is in. */
struct json_span {
	const char *text;
	size_t len;
};

/*
 * The members of an object, or the items of an array (whose keys are empty), one after the other:
 *
 *	struct json_walk walk = json_walk(span);
 *	while (json_walk_next(&walk)) … walk.key, walk.value …
 */
struct json_walk {
	const char *at, *end;
	struct json_span key; /* without quotes, as it is written */
	struct json_span value;
};
struct json_walk json_walk(struct json_span container);
bool json_walk_next(struct json_walk *walk);
/* The key of the member is @name. */
bool json_walk_is(const struct json_walk *walk, const char *name);

/* The member of an object; text is NULL when there is none. */
struct json_span json_scan_member(struct json_span object, const char *name);
/* A string's text, or NULL for what is no string; caller frees. */
char *json_scan_str(struct json_span value);
/* It is this string, which has nothing in it that JSON would escape. */
bool json_scan_is(struct json_span value, const char *text);
bool json_scan_true(struct json_span value);
/* A whole number; 0 for what is none. */
int64_t json_scan_i64(struct json_span value);
/* The strings of an array, appended. */
void json_scan_strv(struct json_span array, struct strv *ret);
