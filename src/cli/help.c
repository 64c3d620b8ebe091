/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

unsigned int help_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 40)
		return 80;
	return size.ws_col;
}

static void pad(struct buf *out, size_t n)
{
	while (n--)
		buf_add_char(out, ' ');
}

/* Adds @text wrapped at @width; continuation lines, and lines the text itself begins, start at column @indent. */
static void add_wrapped(struct buf *out, const char *text, size_t indent, unsigned int width)
{
	size_t room = width > indent + 24 ? width - indent : 24;

	for (;;) {
		size_t len = strcspn(text, "\n"), cut = len;

		if (len > room) {
			for (cut = room; cut > 0 && text[cut] != ' '; cut--)
				;
			if (cut == 0)
				cut = strcspn(text, " \n");
		}
		buf_add(out, text, cut);
		buf_add_char(out, '\n');
		text += cut;
		while (*text == ' ')
			text++;
		if (*text == '\n')
			text++;
		if (!*text)
			return;
		pad(out, indent);
	}
}

static size_t left_length(const struct option *option)
{
	return strlen("  -x, --") + strlen(option->name) + (option->metavar ? 1 + strlen(option->metavar) : 0);
}

static void add_option(struct buf *out, const struct option *option, size_t column, unsigned int width)
{
	autobuf text = BUF_INIT;

	if (option->letter)
		buf_add_format(out, "  -%c, --%s", option->letter, option->name);
	else
		buf_add_format(out, "      --%s", option->name);
	if (option->metavar)
		buf_add_format(out, " %s", option->metavar);
	pad(out, column - left_length(option));
	buf_add_str(&text, option->help);
	if (option->preset)
		buf_add_format(&text, " (default %s)", option->preset);
	if (option->later)
		buf_add_str(&text, " (not supported yet)");
	add_wrapped(out, text.data, column, width);
}

void help_options(struct buf *out, const char *heading, const struct option *table, unsigned int width)
{
	size_t column = 0;

	for (const struct option *o = table; o && o->name; o++)
		if (!o->hidden && !o->never && left_length(o) + 3 > column)
			column = left_length(o) + 3;
	if (!column)
		return;
	buf_add_format(out, "\n%s:\n", heading);
	for (const struct option *o = NULL; (o = options_next(table, o));)
		if (!o->hidden && !o->never)
			add_option(out, o, column, width);
}

void help_command(struct buf *out, const char *name, const struct command *command, unsigned int width)
{
	buf_add_format(out, "Usage:  hoy %s%s%s\n\n", name, *command->usage ? " " : "", command->usage);
	add_wrapped(out, command->summary, 0, width);
	help_options(out, "Options", command->options, width);
}

static const char *row_summary(const struct command_row *row)
{
	return row->command ? row->command->summary : row->summary;
}

void help_group(struct buf *out, const struct command_row *row)
{
	const char *names[GROUP_MEMBERS_MAX];
	const struct command_row *rows[GROUP_MEMBERS_MAX];
	size_t n = command_group_members(row->name, GROUP_MEMBERS_MAX, names, rows);

	buf_add_format(out, "Usage:  hoy %s COMMAND\n\n%s\n\nCommands:\n", row->name, row_summary(row));
	for (size_t i = 0; i < n; i++)
		buf_add_format(out, "  %-11s %s%s\n", names[i], row_summary(rows[i]),
			       rows[i]->command ? "" : " (not supported yet)");
	buf_add_format(out, "\nRun 'hoy %s COMMAND --help' for more information on a command.\n", row->name);
}

void help_program(struct buf *out, unsigned int width)
{
	static const char *const headings[GROUP_HIDDEN] = {
		[GROUP_COMMON] = "Common Commands", [GROUP_MANAGEMENT] = "Management Commands", [GROUP_OTHER] = "Commands"
	};

	buf_add_str(out, "Usage:  hoy [OPTIONS] COMMAND\n\nRuns containers: Docker's commands, no daemon, no magic\n");
	for (size_t group = 0; group < GROUP_HIDDEN; group++) {
		buf_add_format(out, "\n%s:\n", headings[group]);
		for (size_t i = 0; i < command_row_count; i++) {
			const struct command_row *row = &command_rows[i];

			if (row->group == group && command_row_works(row))
				buf_add_format(out, "  %-11s %s\n", row->name, row_summary(row));
		}
	}
	buf_add_str(out, "\nNot supported yet:\n  ");
	{
		autobuf names = BUF_INIT;

		for (size_t i = 0; i < command_row_count; i++)
			if (command_rows[i].group != GROUP_HIDDEN && !command_row_works(&command_rows[i]))
				buf_add_format(&names, "%s%s", names.len ? ", " : "", command_rows[i].name);
		add_wrapped(out, names.data, 2, width);
	}
	help_options(out, "Global Options", global_options, width);
	buf_add_str(out, "\nRun 'hoy COMMAND --help' for more information on a command.\n");
}
