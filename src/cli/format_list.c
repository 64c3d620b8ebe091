/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format.h"

#include "base/error.h"
#include "base/memory.h"
#include "cli/table.h"

#include <errno.h>
#include <string.h>

#define autoformat __attribute__((cleanup(format_free))) struct format

static const char *heading_of(const struct format_list *list, const char *field)
{
	for (const struct format_column *c = list->columns; c->field; c++)
		if (!strcmp(c->field, field))
			return c->heading;
	return field;
}

static void default_table(const struct format_list *list, struct json_object *rows, struct buf *out)
{
	autotable t = { 0 };

	while (list->shown[t.columns])
		t.columns++;
	for (size_t i = 0; !list->no_heading && i < t.columns; i++)
		table_add(&t, heading_of(list, list->shown[i]));
	for (size_t row = 0; row < json_object_array_length(rows); row++)
		for (size_t i = 0; i < t.columns; i++) {
			struct json_object *value = json_get(json_object_array_get_idx(rows, row), list->shown[i]);

			table_add(&t, value ? json_object_get_string(value) : "");
		}
	table_print(&t, out);
}

static void json_lines(struct json_object *rows, struct buf *out)
{
	for (size_t row = 0; row < json_object_array_length(rows); row++) {
		struct json_writer w;

		json_writer_init(&w, out, false);
		json_put_value(&w, NULL, json_object_array_get_idx(rows, row));
		buf_add_char(out, '\n');
	}
}

static int template_lines(const char *template, struct json_object *rows, struct buf *out)
{
	autoformat *format = NULL;
	int r = format_parse(template, &format);

	for (size_t row = 0; r == 0 && row < json_object_array_length(rows); row++) {
		r = format_execute(format, json_object_array_get_idx(rows, row), out);
		buf_add_char(out, '\n');
	}
	return r;
}

/* A shell passes \t and \n of a format on as two characters; Docker reads them. Caller frees. */
static char *unescape(const char *text)
{
	autobuf out = BUF_INIT;

	for (; *text; text++) {
		if (text[0] == '\\' && (text[1] == 't' || text[1] == 'n'))
			buf_add_char(&out, *++text == 't' ? '\t' : '\n');
		else
			buf_add_char(&out, *text);
	}
	return buf_take(&out);
}

/* Cells of one line of a table template are parted by tabs. */
static void add_line(struct table *t, const char *line, struct buf *out)
{
	autostrv cells = { 0 };

	strv_split(&cells, line, '\t');
	if (!t->columns)
		t->columns = cells.count;
	if (cells.count != t->columns) {
		/* a template whose lines differ is not a table any more: shown as it is */
		buf_add_format(out, "%s\n", line);
		return;
	}
	for (size_t i = 0; i < cells.count; i++)
		table_add(t, cells.items[i]);
}

bool format_asks_labels(const char *format)
{
	return format && strstr(format, ".Label ");
}

void format_add_labels(struct json_object *o, const struct strv *labels)
{
	struct json_object *values = json_object_new_object();

	for (size_t i = 0; i < labels->count; i++) {
		const char *text = labels->items[i], *equals = strchr(text, '=');
		autofree char *key = xstrndup(text, equals ? (size_t)(equals - text) : strlen(text));

		json_object_object_add(values, key, json_object_new_string(equals ? equals + 1 : ""));
	}
	json_object_object_add(o, "Label", values);
}

/* The heading of a label's column is the last part of its key, as Docker's. */
static struct json_object *label_headings(struct json_object *rows)
{
	struct json_object *headings = json_object_new_object();

	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *labels = json_get(json_object_array_get_idx(rows, i), "Label");

		if (!labels)
			break;
		json_object_object_foreach (labels, key, value) {
			const char *dot = strrchr(key, '.');

			(void)value;
			json_object_object_add(headings, key, json_object_new_string(dot ? dot + 1 : key));
		}
	}
	return headings;
}

static int template_table(const struct format_list *list, const char *template, struct json_object *rows, struct buf *out)
{
	autojson struct json_object *headings = json_object_new_object();
	autoformat *format = NULL;
	autobuf line = BUF_INIT;
	autotable t = { 0 };
	int r = format_parse(template, &format);

	for (const struct format_column *c = list->columns; c->field; c++)
		json_object_object_add(headings, c->field, json_object_new_string(c->heading));
	json_object_object_add(headings, "Label", label_headings(rows));
	if (r == 0 && !list->no_heading) {
		r = format_execute(format, headings, &line);
		add_line(&t, line.data, out);
	}
	for (size_t row = 0; r == 0 && row < json_object_array_length(rows); row++) {
		buf_clear(&line);
		r = format_execute(format, json_object_array_get_idx(rows, row), &line);
		add_line(&t, line.data, out);
	}
	if (t.columns)
		table_print(&t, out);
	return r;
}

int format_add_list(const struct format_list *list, struct json_object *rows, struct buf *out)
{
	autofree char *template = NULL;

	if (!list->format || !*list->format || !strcmp(list->format, "table")) {
		default_table(list, rows, out);
		return 0;
	}
	if (!strcmp(list->format, "json")) {
		json_lines(rows, out);
		return 0;
	}
	if (strncmp(list->format, "table ", 6) == 0) {
		template = unescape(list->format + 6);
		return template_table(list, template, rows, out);
	}
	template = unescape(list->format);
	return template_lines(template, rows, out);
}

int format_print_list(const struct format_list *list, struct json_object *rows, FILE *file)
{
	autobuf out = BUF_INIT;
	int r = format_add_list(list, rows, &out);

	if (r == 0)
		fwrite(out.data, 1, out.len, file);
	return r;
}

int format_print_value(const char *format, struct json_object *value, FILE *file)
{
	autofree char *text = unescape(format);
	autoformat *template = NULL;
	autobuf out = BUF_INIT;
	struct json_writer w;
	int r = 0;

	if (!strcmp(format, "json")) {
		json_writer_init(&w, &out, false);
		json_put_value(&w, NULL, value);
	} else {
		r = format_parse(text, &template);
		if (r == 0)
			r = format_execute(template, value, &out);
	}
	if (r == 0)
		fprintf(file, "%s\n", out.data);
	return r;
}
