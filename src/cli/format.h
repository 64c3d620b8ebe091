/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --format: Docker's templates, which are Go's text/template, over JSON values. What is here of the language: {{.Field}}
 * and chains of it, variables, pipelines, parentheses, if/else/range/with/end, comments, {{- trimming -}}; functions json
 * join split upper lower title pad truncate print println printf index slice len eq ne lt le gt ge and or not. Templates
 * come from the user, values may be a stranger's text.
 */
#include "base/buf.h"
#include "base/json.h"
#include "base/strv.h"

#include <stddef.h>
#include <stdio.h>

struct format;

/* Parses a template. -EINVAL with words: "template parsing error: template: :1: unclosed action". Caller frees *@ret. */
int format_parse(const char *text, struct format **ret);
void format_free(struct format **format);
/* Executes it with @value as the dot; what was written stays in @out on failure. -EINVAL with words. */
int format_execute(const struct format *format, struct json_object *value, struct buf *out);

/* A field that a list command offers: its name in templates, its heading in tables. */
struct format_column {
	const char *field, *heading; /* "ID", "IMAGE ID" */
};

struct format_list {
	const char *format;                  /* what --format said: NULL, "table", "json", "table TEMPLATE", or a template */
	const struct format_column *columns; /* every field there is, ended by a NULL field */
	const char *const *shown;            /* the fields of the table when nothing else is said, NULL-terminated */
	bool no_heading;                     /* --quiet, --noheading */
};
/* The labels (KEY=VALUE) of the row @o, for {{.Label "KEY"}}. Only where the format has that: `json` would show them. */
void format_add_labels(struct json_object *o, const struct strv *labels);
bool format_asks_labels(const char *format);
/*
 * Prints @rows, a JSON array of objects that have the fields as members with the text to show, as the list asks: a table,
 * one JSON object a line, or the template once a row.
 */
int format_print_list(const struct format_list *list, struct json_object *rows, FILE *file);
/* The same, added to @out. */
int format_add_list(const struct format_list *list, struct json_object *rows, struct buf *out);
/* Prints one value as --format asks: "json", or a template; and a newline. */
int format_print_value(const char *format, struct json_object *value, FILE *file);
