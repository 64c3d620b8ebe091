/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A parsed template: what format_parse.c makes and format_run.c walks through. Private to these. */
#include "base/json.h"
#include "base/memory.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum operand_type {
	OPERAND_DOT,      /* . and .A.B */
	OPERAND_VARIABLE, /* $x and $x.A; "" is $ */
	OPERAND_LITERAL,  /* "text", 12, true, nil */
	OPERAND_FUNCTION, /* len */
	OPERAND_PIPELINE, /* (…) and (…).A */
};

struct format_pipeline;

struct format_operand {
	enum operand_type type;
	char *name;         /* of a variable or function */
	struct strv fields; /* the chain behind it */
	struct json_object *literal;
	struct format_pipeline *pipeline;
};

struct format_command {
	struct format_operand *operands;
	size_t count;
};

struct format_pipeline {
	char *variables[2]; /* $a or $a, $b := …; NULL where there is none */
	bool assigns;       /* = instead of := */
	struct format_command *commands;
	size_t count;
};

enum node_type { NODE_TEXT, NODE_PRINT, NODE_IF, NODE_RANGE, NODE_WITH };

struct format_nodes {
	struct format_node *items;
	size_t count;
};

struct format_node {
	enum node_type type;
	char *text;
	struct format_pipeline *pipeline;
	struct format_nodes body, otherwise;
};

struct format {
	struct format_nodes nodes;
};

#define FORMAT_DEPTH_MAX 64

/* One more item, zeroed, behind @count of them. */
static inline void *format_grow(void *items, size_t *count, size_t size)
{
	char *grown = xrealloc(items, (*count + 1) * size);

	memset(grown + *count * size, 0, size);
	++*count;
	return grown;
}

/* format_functions.c: calls a function; @ret owns a reference (NULL is nil). -EINVAL with words about the call alone. */
int format_call(const char *name, struct json_object *const *args, size_t count, struct json_object **ret);
bool format_function_exists(const char *name);
/* As Go prints a value: text as it is, lists as [a b], objects as map[k:v]; nil as "<no value>". */
void format_value(struct json_object *value, struct buf *out);
/* How a member of that name looks that is absent or null; NULL: it is no member of Docker's that may be. */
const char *format_nil(const char *field);
/* What if and and take for true. */
bool format_truth(struct json_object *value);
