/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the manual pages and the completion scripts into a directory: `gen-manual man DIR` or `gen-manual completion
 * DIR`. Runs when hoy is built, linked to the same tables.
 */
#include "cli/completion.h"
#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

static int write_file(const char *dir, const char *name, const struct buf *text)
{
	autobuf path = BUF_INIT;
	FILE *file;
	size_t written;

	buf_add_format(&path, "%s/%s", dir, name);
	file = fopen(path.data, "w");
	if (!file) {
		perror(path.data);
		return 1;
	}
	written = fwrite(text->data, 1, text->len, file);
	if (fclose(file) == EOF || written != text->len) {
		perror(path.data);
		return 1;
	}
	return 0;
}

static int write_pages(const char *dir)
{
	autobuf text = BUF_INIT;
	int r;

	manual_program(&text);
	r = write_file(dir, "hoy.1", &text);
	for (size_t i = 0; r == 0 && i < command_row_count; i++) {
		autobuf name = BUF_INIT;

		if (!command_rows[i].command)
			continue;
		buf_clear(&text);
		manual_command(&text, command_rows[i].command);
		manual_page_name(&name, command_rows[i].command);
		buf_add_str(&name, ".1");
		r = write_file(dir, name.data, &text);
	}
	return r;
}

static int write_scripts(const char *dir)
{
	static const struct {
		const char *name;
		void (*make)(struct buf *out);
	} scripts[] = { { "hoy", completion_bash }, { "_hoy", completion_zsh }, { "hoy.fish", completion_fish } };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof scripts / sizeof *scripts; i++) {
		autobuf text = BUF_INIT;

		scripts[i].make(&text);
		r = write_file(dir, scripts[i].name, &text);
	}
	return r;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "man"))
		return write_pages(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "completion"))
		return write_scripts(argv[2]);
	fprintf(stderr, "usage: gen-manual man|completion DIR\n");
	return 2;
}
