/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion_walk.h"

#include <string.h>

bool completion_offers(const struct option *option)
{
	return !option->hidden && !option->later && !option->never;
}

void completion_add_quoted(struct buf *out, const char *text)
{
	buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, '\'');
}

/* "image", "file" and their like have a meaning of their own; everything else is the list of words itself. */
bool completion_is_kind(const char *complete)
{
	static const char *const kinds[] = { "image", "container", "volume", "network", "file", "directory", "command" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i], complete))
			return true;
	return false;
}

void completion_each_name(struct buf *out, bool groups, void (*visit)(struct buf *out, const char *name, const struct command *c))
{
	const struct command_row *rows[GROUP_MEMBERS_MAX];
	const char *names[GROUP_MEMBERS_MAX];

	for (size_t i = 0; i < command_row_count; i++)
		if (command_rows[i].command && !strchr(command_rows[i].name, ' '))
			visit(out, command_rows[i].name, command_rows[i].command);
	for (size_t i = 0; groups && i < command_row_count; i++) {
		const char *group = command_rows[i].name;
		size_t n = command_group_members(group, GROUP_MEMBERS_MAX, names, rows);

		for (size_t k = 0; k < n; k++) {
			autobuf name = BUF_INIT;

			buf_add_format(&name, "%s %s", group, names[k]);
			if (rows[k]->command)
				visit(out, name.data, rows[k]->command);
		}
	}
}

void completion_each_group(struct buf *out, void (*visit)(struct buf *out, const char *group, const char *members))
{
	const struct command_row *rows[GROUP_MEMBERS_MAX];
	const char *names[GROUP_MEMBERS_MAX];

	for (size_t i = 0; i < command_row_count; i++) {
		size_t n = command_group_members(command_rows[i].name, GROUP_MEMBERS_MAX, names, rows);
		autobuf members = BUF_INIT;

		for (size_t k = 0; k < n; k++)
			if (rows[k]->command)
				buf_add_format(&members, "%s%s", members.len ? " " : "", names[k]);
		if (members.len)
			visit(out, command_rows[i].name, members.data);
	}
}
