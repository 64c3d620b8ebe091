/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the functions of templates are made of, shared by the files that have them. */
#include "cli/format_node.h"

#define TEXT_PAD_MAX 4096 /* how wide text is made at the most */

typedef struct json_object *const *arguments;

/* A value is there and of that type. */
static inline bool format_is(struct json_object *value, enum json_type type)
{
	return value && json_object_is_type(value, type);
}

static inline struct json_object *format_text(const struct buf *text)
{
	return json_object_new_string_len(text->data, (int)text->len);
}

/* The argument as text; -EINVAL unless it is a string. */
int format_want_text(struct json_object *value, const char **ret);

/* format_print.c */
int format_call_print(arguments args, size_t count, struct json_object **ret);
int format_call_printf(arguments args, size_t count, struct json_object **ret);
int format_call_println(arguments args, size_t count, struct json_object **ret);
/* format_compare.c */
int format_call_and(arguments args, size_t count, struct json_object **ret);
int format_call_eq(arguments args, size_t count, struct json_object **ret);
int format_call_ge(arguments args, size_t count, struct json_object **ret);
int format_call_gt(arguments args, size_t count, struct json_object **ret);
int format_call_le(arguments args, size_t count, struct json_object **ret);
int format_call_lt(arguments args, size_t count, struct json_object **ret);
int format_call_ne(arguments args, size_t count, struct json_object **ret);
int format_call_not(arguments args, size_t count, struct json_object **ret);
int format_call_or(arguments args, size_t count, struct json_object **ret);
