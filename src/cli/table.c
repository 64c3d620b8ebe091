/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include "base/memory.h"

#include <string.h>

#define WIDTH_MIN 10
#define PADDING   3

void table_release(struct table *t)
{
	strv_release(&t->cells);
}

void table_add(struct table *t, const char *cell)
{
	char *clean = xstrdup(cell ? cell : "");

	/* C0 and DEL; C1 only exists as two bytes in UTF-8, of which terminals make nothing */
	for (unsigned char *p = (unsigned char *)clean; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
	strv_add_owned(&t->cells, clean);
}

/* Characters, not bytes: those that continue a UTF-8 sequence do not count. */
static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void table_print(const struct table *t, struct buf *out)
{
	autofree size_t *widths = xcalloc(t->columns, sizeof *widths);

	for (size_t i = 0; i < t->cells.count; i++) {
		size_t width = text_width(t->cells.items[i]) + PADDING;

		if (width < WIDTH_MIN)
			width = WIDTH_MIN;
		if (width > widths[i % t->columns])
			widths[i % t->columns] = width;
	}
	for (size_t i = 0; i < t->cells.count; i++) {
		const char *cell = t->cells.items[i];
		size_t column = i % t->columns;

		buf_add_str(out, cell);
		if (column + 1 == t->columns)
			buf_add_char(out, '\n');
		else
			buf_add_format(out, "%*s", (int)(widths[column] - text_width(cell)), "");
	}
}

void table_cut(struct buf *out, const char *text, size_t max, bool whole)
{
	size_t len = strlen(text);

	if (whole || len <= max) {
		buf_add(out, text, len);
		return;
	}
	for (len = max - 1; len > 0 && (text[len] & 0xc0) == 0x80; len--) {
	}
	buf_add(out, text, len);
	buf_add_str(out, "…");
}
