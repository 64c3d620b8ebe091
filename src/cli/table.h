/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Columns as Docker prints them: a heading, each column as wide as its widest cell and three spaces, at least ten. Cells
 * are text of strangers (names, labels): control characters in them never reach the terminal. `struct table t = {
 * .columns = 3 };` is empty.
 */
#include "base/buf.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>

struct table {
	size_t columns;
	struct strv cells; /* row by row */
};

#define autotable __attribute__((cleanup(table_release))) struct table

void table_release(struct table *t);
/* The next cell, of a heading or of a row. */
void table_add(struct table *t, const char *cell);
void table_print(const struct table *t, struct buf *out);
/* Adds @text, cut to @max bytes as Docker does unless @whole, with a character that says so; never in the middle of one. */
void table_cut(struct buf *out, const char *text, size_t max, bool whole);
