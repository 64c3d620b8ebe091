/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include "cli/completion_walk.h"

#include <string.h>

static const char *bash_label(const char *name)
{
	return strchr(name, ' ') ? "'" : "";
}

static void bash_option_row(struct buf *out, const char *name, const struct option *table)
{
	buf_add_format(out, "\t%s%s%s) echo '--help", bash_label(name), name, bash_label(name));
	for (const struct option *o = table; o && o->name; o++) {
		if (!completion_offers(o))
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
		if (!completion_offers(o) || !o->metavar || o->implied)
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
	completion_each_name(out, true, bash_options);
	buf_add_str(out, bash_values_start);
	bash_value_rows(out, "hoy", global_options);
	completion_each_name(out, true, bash_values);
	buf_add_str(out, bash_arguments_start);
	completion_each_name(out, true, bash_argument);
	completion_each_group(out, bash_members);
	buf_add_str(out, "\tesac\n}\n\n_hoy_groups='");
	completion_each_group(out, bash_group);
	buf_add_str(out, "'\n_hoy_commands='");
	completion_each_group(out, bash_group);
	completion_each_name(out, false, bash_word);
	buf_truncate(out, out->len - 1);
	buf_add_str(out, bash_rest);
}
