/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include "cli/completion_walk.h"

#include <string.h>

/* Within a spec of _arguments, "[", "]" and ":" have a meaning. */
static void zsh_escaped(struct buf *out, const char *text)
{
	autobuf escaped = BUF_INIT;

	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			buf_add_char(&escaped, '\\');
		buf_add_char(&escaped, *text);
	}
	completion_add_quoted(out, escaped.data);
}

static void zsh_action(struct buf *out, const char *complete)
{
	if (!complete)
		buf_add_str(out, "' '");
	else if (!strcmp(complete, "file"))
		buf_add_str(out, "_files");
	else if (!strcmp(complete, "directory"))
		buf_add_str(out, "'_files -/'");
	else if (completion_is_kind(complete))
		buf_add_format(out, "_hoy_%ss", complete);
	else
		buf_add_format(out, "'(%s)'", complete);
}

static void zsh_option(struct buf *out, const struct option *o)
{
	const char *many = o->type == OPTION_LIST ? "*" : "";
	const char *equals = !o->metavar ? "" : o->implied ? "=-" : "=";

	for (int form = 0; form < 2; form++) {
		if (form == 0 && !o->letter)
			continue;
		if (form == 0)
			buf_add_format(out, "\t\t'%s-%c%s[", many, o->letter, o->metavar ? "+" : "");
		else
			buf_add_format(out, "\t\t'%s--%s%s[", many, o->name, equals);
		/* closes and opens quotes around the escaped help */
		buf_truncate(out, out->len - 1);
		buf_add_str(out, "['");
		zsh_escaped(out, o->help);
		buf_add_str(out, "']");
		if (o->metavar) {
			buf_add_format(out, ":%s%s:'", o->implied ? ":" : "", o->metavar);
			zsh_action(out, o->complete);
			buf_add_str(out, " \\\n");
		} else {
			buf_add_str(out, "' \\\n");
		}
	}
}

static void zsh_command(struct buf *out, const char *name, const struct command *command)
{
	buf_add_str(out, "_hoy_");
	for (const char *p = name; *p; p++)
		buf_add_char(out, *p == ' ' ? '_' : *p);
	buf_add_str(out, "() {\n\t_arguments -s -S \\\n\t\t'--help[Print usage]' \\\n");
	for (const struct option *o = command->options; o && o->name; o++)
		if (completion_offers(o))
			zsh_option(out, o);
	buf_add_str(out, "\t\t'*:argument:'");
	zsh_action(out, command->complete);
	buf_add_str(out, "\n}\n\n");
}

static void zsh_group(struct buf *out, const char *group, const char *members)
{
	buf_add_format(
		out,
		"_hoy_%s() {\n\tif (( CURRENT == 2 )); then\n\t\tcompadd %s\n\telif (( $+functions[_hoy_%s_$words[2]] )); then\n"
		"\t\tlocal member=$words[2]\n\t\tshift words\n\t\t(( CURRENT-- ))\n\t\t_hoy_%s_$member\n\tfi\n}\n\n",
		group, members, group, group);
}

static void zsh_row(struct buf *out, const char *name, const struct command *c)
{
	buf_add_format(out, "\t\t%s:", name);
	completion_add_quoted(out, c->summary);
	buf_add_char(out, '\n');
}

static void zsh_group_row(struct buf *out, const char *group, const char *members)
{
	(void)members;
	buf_add_format(out, "\t\t%s\n", group);
}

void completion_zsh(struct buf *out)
{
	buf_add_str(
		out,
		"#compdef hoy\n# zsh completion for hoy: made of the tables in src/cli/\n\n"
		"_hoy_images() {\n\tlocal -a images\n\timages=(${(f)\"$(hoy images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)\"})\n"
		"\tcompadd -a images\n}\n\n"
		"_hoy_containers() {\n\tlocal -a containers\n\tcontainers=(${(f)\"$(hoy ps --all --format '{{.Names}}' 2>/dev/null)\"})\n"
		"\tcompadd -a containers\n}\n\n"
		"_hoy_volumes() {\n\tlocal -a volumes\n\tvolumes=(${(f)\"$(hoy volume ls -q 2>/dev/null)\"})\n"
		"\tcompadd -a volumes\n}\n\n"
		"_hoy_networks() {\n\tlocal -a networks\n\tnetworks=(${(f)\"$(hoy network ls --format '{{.Name}}' 2>/dev/null)\"})\n"
		"\tcompadd -a networks\n}\n\n"
		"_hoy_commands() {\n\tlocal -a commands\n\tcommands=(\n");
	completion_each_name(out, false, zsh_row);
	completion_each_group(out, zsh_group_row);
	buf_add_str(out, "\t)\n\t_describe command commands\n}\n\n");
	completion_each_name(out, true, zsh_command);
	completion_each_group(out, zsh_group);
	buf_add_str(out, "_hoy() {\n\tlocal context state line\n\ttypeset -A opt_args\n\t_arguments -s -S -C \\\n");
	for (const struct option *o = global_options; o->name; o++)
		if (completion_offers(o))
			zsh_option(out, o);
	buf_add_str(out, "\t\t'--help[Print usage]' \\\n\t\t'1:command:_hoy_commands' \\\n\t\t'*::argument:->argument'\n"
			 "\tif [[ $state == argument ]] && (( $+functions[_hoy_$words[1]] )); then\n\t\t_hoy_$words[1]\n\tfi\n}\n\n"
			 "_hoy \"$@\"\n");
}
