/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manual.h"

#include <ctype.h>
#include <string.h>

/* Text as troff: hyphens that are typed, backslashes, and no line that looks like a request. */
static void add_text(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((text[i] == '.' || text[i] == '\'') && (out->len == 0 || out->data[out->len - 1] == '\n'))
			buf_add_str(out, "\\&");
		if (text[i] == '-')
			buf_add_str(out, "\\-");
		else if (text[i] == '\\')
			buf_add_str(out, "\\e");
		else if (text[i] == '\'')
			buf_add_str(out, "\\(aq");
		else if (text[i] == '"')
			buf_add_str(out, "\\(dq");
		else
			buf_add_char(out, text[i]);
	}
}

static void add(struct buf *out, const char *text)
{
	add_text(out, text, strlen(text));
}

static void add_upper(struct buf *out, const char *text)
{
	for (; *text; text++) {
		char c = (char)toupper((unsigned char)*text);

		add_text(out, &c, 1);
	}
}

/* Paragraphs parted by empty lines; lines that begin with a tab are examples and stay as they are. */
static void add_prose(struct buf *out, const char *text)
{
	bool literal = false;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if ((*text == '\t') != literal && len) {
			buf_add_str(out, literal ? ".RE\n.fi\n" : ".PP\n.nf\n.RS 4\n");
			literal = !literal;
		}
		if (!len) {
			buf_add_str(out, literal ? "" : ".PP\n");
		} else {
			add_text(out, text + literal, len - literal);
			buf_add_char(out, '\n');
		}
		text += len + (text[len] == '\n');
	}
	if (literal)
		buf_add_str(out, ".RE\n.fi\n");
}

static void add_heading(struct buf *out, const char *name, const char *command)
{
	buf_add_str(out, ".\\\" Made of the tables in src/cli/: change them there.\n.TH ");
	add_upper(out, name);
	buf_add_str(out, " 1 \"\" \"hoy " HOY_VERSION "\" \"hoy manual\"\n.SH NAME\n");
	add(out, name);
	buf_add_str(out, " \\- ");
	add(out, command);
	buf_add_char(out, '\n');
}

static void add_option_name(struct buf *out, const struct option *option)
{
	if (option->letter)
		buf_add_format(out, "\\fB\\-%c\\fR, ", option->letter);
	buf_add_str(out, "\\fB\\-\\-");
	add(out, option->name);
	buf_add_str(out, "\\fR");
	if (option->metavar && option->implied)
		buf_add_format(out, "[=\\fI%s\\fR]", option->metavar);
	else if (option->metavar)
		buf_add_format(out, " \\fI%s\\fR", option->metavar);
}

static void add_options(struct buf *out, const char *heading, const struct option *table)
{
	bool any = false;

	for (const struct option *o = NULL; (o = options_next(table, o));) {
		if (o->hidden || o->later || o->never)
			continue;
		if (!any)
			buf_add_format(out, ".SH \"%s\"\n", heading);
		any = true;
		buf_add_str(out, ".TP\n");
		add_option_name(out, o);
		buf_add_char(out, '\n');
		add(out, o->help);
		buf_add_str(out, ".\n");
		if (o->preset) {
			buf_add_str(out, "Default: ");
			add(out, o->preset);
			buf_add_str(out, ".\n");
		}
	}
}

/* Docker's options that hoy never will have, each with the reason. */
static void add_never(struct buf *out, const struct option *table)
{
	bool any = false;

	for (const struct option *o = NULL; (o = options_next(table, o));) {
		if (o->hidden || !o->never)
			continue;
		buf_add_str(out, any ? "" : ".SH \"OPTIONS THAT ARE NOT HERE\"\n");
		any = true;
		buf_add_str(out, ".TP\n");
		add_option_name(out, o);
		buf_add_char(out, '\n');
		add(out, o->never);
		buf_add_str(out, ".\n");
	}
}

/* Docker's options that hoy only knows by name, in one paragraph. */
static void add_later(struct buf *out, const struct option *table)
{
	bool any = false;

	for (const struct option *o = NULL; (o = options_next(table, o));) {
		if (o->hidden || !o->later)
			continue;
		buf_add_str(out, any ? ",\n" : ".SH \"OPTIONS NOT SUPPORTED YET\"\nKnown by name, and refused in so many words:\n");
		any = true;
		add_option_name(out, o);
	}
	if (any)
		buf_add_str(out, ".\n");
}

void manual_page_name(struct buf *out, const struct command *command)
{
	buf_add_str(out, "hoy-");
	for (const char *p = command->name; *p; p++)
		buf_add_char(out, *p == ' ' ? '-' : *p);
}

static void add_see_also(struct buf *out, const char *but)
{
	buf_add_str(out, ".SH \"SEE ALSO\"\n");
	if (but)
		buf_add_str(out, ".BR hoy (1)");
	for (size_t i = 0, any = but != NULL; i < command_row_count; i++) {
		const struct command *c = command_rows[i].command;
		autobuf page = BUF_INIT;

		if (!c || (but && !strcmp(c->name, but)))
			continue;
		manual_page_name(&page, c);
		buf_add_str(out, any ? " ,\n.BR " : ".BR ");
		add(out, page.data);
		buf_add_str(out, " (1)");
		any = 1;
	}
	buf_add_char(out, '\n');
}

void manual_command(struct buf *out, const struct command *command)
{
	autobuf name = BUF_INIT;

	manual_page_name(&name, command);
	add_heading(out, name.data, command->summary);
	buf_add_str(out, ".SH SYNOPSIS\n.B hoy ");
	add(out, command->name);
	buf_add_char(out, '\n');
	if (*command->usage) {
		add(out, command->usage);
		buf_add_char(out, '\n');
	}
	buf_add_str(out, ".SH DESCRIPTION\n");
	add_prose(out, command->manual);
	add_options(out, "OPTIONS", command->options);
	add_never(out, command->options);
	add_later(out, command->options);
	add_see_also(out, command->name);
}

static void add_commands(struct buf *out)
{
	bool any = false;

	buf_add_str(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < command_row_count; i++) {
		const struct command *c = command_rows[i].command;

		if (!c)
			continue;
		buf_add_str(out, ".TP\n\\fBhoy ");
		add(out, c->name);
		buf_add_str(out, "\\fR ");
		add(out, c->usage);
		buf_add_char(out, '\n');
		add(out, c->summary);
		buf_add_str(out, ".\n");
	}
	buf_add_str(out, ".PP\nNot supported yet:\n");
	for (size_t i = 0; i < command_row_count; i++) {
		if (command_row_works(&command_rows[i]) || command_rows[i].group == GROUP_HIDDEN)
			continue;
		buf_add_str(out, any ? ",\n" : "");
		add(out, command_rows[i].name);
		any = true;
	}
	buf_add_str(out, ".\n");
}

static const char description[] =
	"hoy runs containers. Its commands, options, output and exit codes are those of Docker. There is no daemon: nothing runs when no "
	"container runs, and a running container costs one small process beside its own.\n"
	"\n"
	"Everything hoy does to the system goes through one door. With --explain a run prints each step as the shell command that does the "
	"same, with a line of why; --explain=script prints a script that builds the same container without hoy.\n"
	"\n"
	"\t# hoy pull docker.io/library/busybox\n"
	"\t# hoy run --rm -it busybox\n"
	"\t# hoy run --rm --explain busybox true\n";

static const char rest[] =
	".SH \"EXIT STATUS\"\n"
	"The exit status of \\fBhoy run\\fR is that of the command in the container. Otherwise:\n"
	".TP\n0\nsuccess.\n"
	".TP\n1\nthe command failed, or was called with too few or too many arguments.\n"
	".TP\n125\nhoy itself failed in \\fBrun\\fR and nothing was started, or an option is wrong.\n"
	".TP\n126\nthe command in the container may not be executed.\n"
	".TP\n127\nthe command in the container does not exist.\n"
	".TP\n128+\\fIn\\fR\nsignal \\fIn\\fR ended the command in the container.\n"
	".SH FILES\n"
	".TP\n\\fI/var/lib/hoy\\fR\nimages, layers and containers; \\fB\\-\\-root\\fR names another place.\n"
	".TP\n\\fI/run/hoy\\fR\nwhat is true only while containers run; \\fB\\-\\-runroot\\fR names another place.\n"
	".TP\n\\fI~/.docker/config.json\\fR\ncredentials for registries.\n";

void manual_program(struct buf *out)
{
	add_heading(out, "hoy", "run containers: Docker's commands, no daemon");
	buf_add_str(out, ".SH SYNOPSIS\n.B hoy\n[OPTIONS] COMMAND [ARG...]\n.SH DESCRIPTION\n");
	add_prose(out, description);
	add_commands(out);
	add_options(out, "GLOBAL OPTIONS", global_options);
	add_later(out, global_options);
	buf_add_str(out, rest);
	add_see_also(out, NULL);
}
