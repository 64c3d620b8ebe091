/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include "cli/command.h"

#include <stdbool.h>
#include <string.h>

static bool offered(const struct option *option)
{
	return !option->hidden && !option->later;
}

/* A string of the shell in single quotes. */
static void add_quoted(struct buf *out, const char *text)
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
static bool is_kind(const char *complete)
{
	static const char *const kinds[] = { "image", "container", "volume", "network", "file", "directory", "command" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i], complete))
			return true;
	return false;
}

/* Calls @visit for each name that a command can be called by: "run", and "container run" where @groups. */
static void each_name(struct buf *out, bool groups, void (*visit)(struct buf *out, const char *name, const struct command *c))
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

/* The management commands that have a member that works; @visit gets the names of these, parted by spaces. */
static void each_group(struct buf *out, void (*visit)(struct buf *out, const char *group, const char *members))
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

/* ---- bash ------------------------------------------------------------------------------------------------------- */

static const char *bash_label(const char *name)
{
	return strchr(name, ' ') ? "'" : "";
}

static void bash_option_row(struct buf *out, const char *name, const struct option *table)
{
	buf_add_format(out, "\t%s%s%s) echo '--help", bash_label(name), name, bash_label(name));
	for (const struct option *o = table; o && o->name; o++) {
		if (!offered(o))
			continue;
		if (o->letter)
			buf_add_format(out, " -%c", o->letter);
		buf_add_format(out, " --%s", o->name);
	}
	buf_add_str(out, "' ;;\n");
}

static void bash_options(struct buf *out, const char *name, const struct command *c)
{
	bash_option_row(out, name, c->options);
}

static void bash_value_rows(struct buf *out, const char *name, const struct option *table)
{
	const char *quote = bash_label(name);

	for (const struct option *o = table; o && o->name; o++) {
		if (!offered(o) || !o->metavar || o->implied)
			continue;
		buf_add_str(out, "\t");
		if (o->letter)
			buf_add_format(out, "%s%s%s:-%c | ", quote, name, quote, o->letter);
		buf_add_format(out, "%s%s%s:--%s) echo '%s' ;;\n", quote, name, quote, o->name,
			       o->complete ? o->complete : "nothing");
	}
}

static void bash_values(struct buf *out, const char *name, const struct command *c)
{
	bash_value_rows(out, name, c->options);
}

static void bash_argument(struct buf *out, const char *name, const struct command *c)
{
	buf_add_format(out, "\t%s%s%s) echo %s ;;\n", bash_label(name), name, bash_label(name),
		       c->complete ? c->complete : "nothing");
}

static void bash_members(struct buf *out, const char *group, const char *members)
{
	buf_add_format(out, "\t%s) echo '%s' ;;\n", group, members);
}

static void bash_word(struct buf *out, const char *name, const struct command *c)
{
	(void)c;
	buf_add_format(out, "%s ", name);
}

static void bash_group(struct buf *out, const char *group, const char *members)
{
	(void)members;
	buf_add_format(out, "%s ", group);
}

static const char bash_start[] = "# bash completion for hoy: made of the tables in src/cli/\n"
				 "\n"
				 "_hoy_options() {\n"
				 "\tcase $1 in\n";

static const char bash_values_start[] = "\tesac\n"
					"}\n"
					"\n"
					"# what the value of an option is; nothing said: it takes none\n"
					"_hoy_value() {\n"
					"\tcase $1 in\n";

static const char bash_arguments_start[] = "\tesac\n"
					   "}\n"
					   "\n"
					   "_hoy_argument() {\n"
					   "\tcase $1 in\n";

static const char bash_rest[] = "'\n"
				"\n"
				"_hoy_words() {\n"
				"\tcase $1 in\n"
				"\timage) hoy images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null ;;\n"
				"\tcontainer) hoy ps --all --format '{{.Names}}' 2>/dev/null ;;\n"
				"\tvolume) hoy volume ls -q 2>/dev/null ;;\n"
				"\tnetwork) hoy network ls --format '{{.Name}}' 2>/dev/null ;;\n"
				"\tcommand) echo \"$_hoy_commands\" ;;\n"
				"\tnothing) ;;\n"
				"\t*) echo \"$1\" ;;\n"
				"\tesac\n"
				"}\n"
				"\n"
				"_hoy_reply() {\n"
				"\tcase $1 in\n"
				"\tfile) mapfile -t COMPREPLY < <(compgen -f -- \"$2\") ;;\n"
				"\tdirectory) mapfile -t COMPREPLY < <(compgen -d -- \"$2\") ;;\n"
				"\t*) mapfile -t COMPREPLY < <(compgen -W \"$(_hoy_words \"$1\")\" -- \"$2\") ;;\n"
				"\tesac\n"
				"}\n"
				"\n"
				"_hoy() {\n"
				"\tlocal current previous command=hoy value word i\n"
				"\tcurrent=${COMP_WORDS[COMP_CWORD]}\n"
				"\tprevious=${COMP_WORDS[COMP_CWORD - 1]}\n"
				"\tCOMPREPLY=()\n"
				"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
				"\t\tword=${COMP_WORDS[i]}\n"
				"\t\tcase $word in\n"
				"\t\t-*) [ -z \"$(_hoy_value \"hoy:$word\")\" ] || i=$((i + 1)) ;;\n"
				"\t\t*)\n"
				"\t\t\tcommand=$word\n"
				"\t\t\tif [[ \" $_hoy_groups \" == *\" $word \"* ]] && ((i + 1 < COMP_CWORD)); then\n"
				"\t\t\t\tcommand=\"$word ${COMP_WORDS[i + 1]}\"\n"
				"\t\t\tfi\n"
				"\t\t\tbreak\n"
				"\t\t\t;;\n"
				"\t\tesac\n"
				"\tdone\n"
				"\tvalue=$(_hoy_value \"$command:$previous\")\n"
				"\tif [ -n \"$value\" ]; then\n"
				"\t\t_hoy_reply \"$value\" \"$current\"\n"
				"\telif [[ $current == -* ]]; then\n"
				"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(_hoy_options \"$command\")\" -- \"$current\")\n"
				"\telif [ \"$command\" = hoy ]; then\n"
				"\t\t_hoy_reply command \"$current\"\n"
				"\telse\n"
				"\t\t_hoy_reply \"$(_hoy_argument \"$command\")\" \"$current\"\n"
				"\tfi\n"
				"}\n"
				"complete -F _hoy hoy\n";

void completion_bash(struct buf *out)
{
	buf_add_str(out, bash_start);
	bash_option_row(out, "hoy", global_options);
	each_name(out, true, bash_options);
	buf_add_str(out, bash_values_start);
	bash_value_rows(out, "hoy", global_options);
	each_name(out, true, bash_values);
	buf_add_str(out, bash_arguments_start);
	each_name(out, true, bash_argument);
	each_group(out, bash_members);
	buf_add_str(out, "\tesac\n}\n\n_hoy_groups='");
	each_group(out, bash_group);
	buf_add_str(out, "'\n_hoy_commands='");
	each_group(out, bash_group);
	each_name(out, false, bash_word);
	buf_truncate(out, out->len - 1);
	buf_add_str(out, bash_rest);
}

/* ---- zsh -------------------------------------------------------------------------------------------------------- */

/* Within a spec of _arguments, "[", "]" and ":" have a meaning. */
static void zsh_escaped(struct buf *out, const char *text)
{
	autobuf escaped = BUF_INIT;

	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			buf_add_char(&escaped, '\\');
		buf_add_char(&escaped, *text);
	}
	add_quoted(out, escaped.data);
}

static void zsh_action(struct buf *out, const char *complete)
{
	if (!complete)
		buf_add_str(out, "' '");
	else if (!strcmp(complete, "file"))
		buf_add_str(out, "_files");
	else if (!strcmp(complete, "directory"))
		buf_add_str(out, "'_files -/'");
	else if (is_kind(complete))
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
		if (offered(o))
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
	add_quoted(out, c->summary);
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
	each_name(out, false, zsh_row);
	each_group(out, zsh_group_row);
	buf_add_str(out, "\t)\n\t_describe command commands\n}\n\n");
	each_name(out, true, zsh_command);
	each_group(out, zsh_group);
	buf_add_str(out, "_hoy() {\n\tlocal context state line\n\ttypeset -A opt_args\n\t_arguments -s -S -C \\\n");
	for (const struct option *o = global_options; o->name; o++)
		if (offered(o))
			zsh_option(out, o);
	buf_add_str(out, "\t\t'--help[Print usage]' \\\n\t\t'1:command:_hoy_commands' \\\n\t\t'*::argument:->argument'\n"
			 "\tif [[ $state == argument ]] && (( $+functions[_hoy_$words[1]] )); then\n\t\t_hoy_$words[1]\n\tfi\n}\n\n"
			 "_hoy \"$@\"\n");
}

/* ---- fish ------------------------------------------------------------------------------------------------------- */

static void fish_value(struct buf *out, const char *complete)
{
	if (!complete)
		buf_add_str(out, " -x");
	else if (!strcmp(complete, "file"))
		buf_add_str(out, " -r -F");
	else if (!strcmp(complete, "directory"))
		buf_add_str(out, " -x -a '(__fish_complete_directories)'");
	else if (is_kind(complete))
		buf_add_format(out, " -x -a '(__hoy_%ss)'", complete);
	else
		buf_add_format(out, " -x -a '%s'", complete);
}

static void fish_options(struct buf *out, const char *condition, const struct option *table)
{
	for (const struct option *o = table; o && o->name; o++) {
		if (!offered(o))
			continue;
		buf_add_format(out, "complete -c hoy -n '%s'", condition);
		if (o->letter)
			buf_add_format(out, " -s %c", o->letter);
		buf_add_format(out, " -l %s", o->name);
		if (o->metavar && !o->implied)
			fish_value(out, o->complete);
		buf_add_str(out, " -d ");
		add_quoted(out, o->help);
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
		add_quoted(out, c->summary);
		buf_add_char(out, '\n');
	}
	buf_add_format(&condition, "__fish_seen_subcommand_from %s", space ? space + 1 : name);
	if (c->complete && is_kind(c->complete) && strcmp(c->complete, "command") != 0) {
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
	each_group(out, fish_group);
	each_name(out, true, fish_command);
}
