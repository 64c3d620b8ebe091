/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include "cli/completion_walk.h"

#include <string.h>

static void fish_value(struct buf *out, const char *complete)
{
	if (!complete)
		buf_add_str(out, " -x");
	else if (!strcmp(complete, "file"))
		buf_add_str(out, " -r -F");
	else if (!strcmp(complete, "directory"))
		buf_add_str(out, " -x -a '(__fish_complete_directories)'");
	else if (completion_is_kind(complete))
		buf_add_format(out, " -x -a '(__hoy_%ss)'", complete);
	else
		buf_add_format(out, " -x -a '%s'", complete);
}

static void fish_options(struct buf *out, const char *condition, const struct option *table)
{
	for (const struct option *o = table; o && o->name; o++) {
		if (!completion_offers(o))
			continue;
		buf_add_format(out, "complete -c hoy -n '%s'", condition);
		if (o->letter)
			buf_add_format(out, " -s %c", o->letter);
		buf_add_format(out, " -l %s", o->name);
		if (o->metavar && !o->implied)
			fish_value(out, o->complete);
		buf_add_str(out, " -d ");
		completion_add_quoted(out, o->help);
		buf_add_char(out, '\n');
	}
}

/* "run", or "volume create": a word that counts once the group's has been seen. */
static void fish_command(struct buf *out, const char *name, const struct command *c)
{
	const char *space = strchr(name, ' ');
	autobuf condition = BUF_INIT;

	if (space)
		buf_add_format(&condition, "__fish_seen_subcommand_from %.*s; and ", (int)(space - name), name);
	else
		buf_add_format(out, "complete -c hoy -n __fish_use_subcommand -a %s -d ", name);
	if (!space) {
		completion_add_quoted(out, c->summary);
		buf_add_char(out, '\n');
	}
	buf_add_format(&condition, "__fish_seen_subcommand_from %s", space ? space + 1 : name);
	if (c->complete && completion_is_kind(c->complete) && strcmp(c->complete, "command") != 0) {
		buf_add_format(out, "complete -c hoy -n '%s'", condition.data);
		if (!strcmp(c->complete, "file") || !strcmp(c->complete, "directory"))
			buf_add_str(out, " -F\n");
		else
			buf_add_format(out, " -a '(__hoy_%ss)'\n", c->complete);
	}
	fish_options(out, condition.data, c->options);
}

static void fish_group(struct buf *out, const char *group, const char *members)
{
	buf_add_format(out, "complete -c hoy -n __fish_use_subcommand -a %s\n", group);
	buf_add_format(out, "complete -c hoy -n '__fish_seen_subcommand_from %s' -a '%s'\n", group, members);
}

void completion_fish(struct buf *out)
{
	buf_add_str(out, "# fish completion for hoy: made of the tables in src/cli/\n\n"
			 "function __hoy_images\n\thoy images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null\nend\n\n"
			 "function __hoy_containers\n\thoy ps --all --format '{{.Names}}' 2>/dev/null\nend\n\n"
			 "function __hoy_volumes\n\thoy volume ls -q 2>/dev/null\nend\n\n"
			 "function __hoy_networks\n\thoy network ls --format '{{.Name}}' 2>/dev/null\nend\n\n"
			 "complete -c hoy -f\n");
	fish_options(out, "__fish_use_subcommand", global_options);
	completion_each_group(out, fish_group);
	completion_each_name(out, true, fish_command);
}
