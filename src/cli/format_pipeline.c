/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format_pipeline.h"

#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <string.h>

void format_pipeline_free(struct format_pipeline *pipeline)
{
	if (!pipeline)
		return;
	for (size_t i = 0; i < pipeline->count; i++) {
		struct format_command *command = &pipeline->commands[i];

		for (size_t j = 0; j < command->count; j++) {
			struct format_operand *o = &command->operands[j];

			free(o->name);
			strv_release(&o->fields);
			json_drop(&o->literal);
			format_pipeline_free(o->pipeline);
		}
		free(command->operands);
	}
	free(pipeline->variables[0]);
	free(pipeline->variables[1]);
	free(pipeline->commands);
	free(pipeline);
}

static int parse_name(struct format_scan *ps, struct format_operand *o)
{
	o->name = scan_word(ps);
	if (!strcmp(o->name, "true") || !strcmp(o->name, "false")) {
		o->type = OPERAND_LITERAL;
		o->literal = json_object_new_boolean(*o->name == 't');
		return 0;
	}
	if (!strcmp(o->name, "nil")) {
		o->type = OPERAND_LITERAL;
		return 0;
	}
	o->type = OPERAND_FUNCTION;
	if (!format_function_exists(o->name))
		return scan_bad(ps, "function \"%s\" not defined", o->name);
	return 0;
}

/* .A.B behind an operand, without white space between. */
static int parse_fields(struct format_scan *ps, struct format_operand *o)
{
	while (*ps->p == '.') {
		ps->p++;
		if (!scan_is_word(*ps->p))
			return scan_bad(ps, "unexpected \".\" in operand");
		strv_add_owned(&o->fields, scan_word(ps));
	}
	return 0;
}

static int parse_parenthesis(struct format_scan *ps, struct format_operand *o)
{
	int r;

	ps->p++;
	if (++ps->depth > FORMAT_DEPTH_MAX)
		return scan_bad(ps, "it is nested too deeply");
	o->type = OPERAND_PIPELINE;
	r = format_pipeline_parse(ps, &o->pipeline);
	if (r < 0)
		return r;
	scan_space(ps);
	if (*ps->p != ')')
		return scan_bad(ps, "unclosed left paren");
	ps->p++;
	ps->depth--;
	return parse_fields(ps, o);
}

static int parse_operand(struct format_scan *ps, struct format_operand *o)
{
	char c = *ps->p;

	o->type = OPERAND_LITERAL;
	if (c == '"')
		return scan_string(ps, &o->literal);
	if (c == '`')
		return scan_raw_string(ps, &o->literal);
	if (isdigit((unsigned char)c) || ((c == '-' || c == '+') && isdigit((unsigned char)ps->p[1])))
		return scan_number(ps, &o->literal);
	if (c == '(')
		return parse_parenthesis(ps, o);
	if (c == '$') {
		ps->p++;
		o->type = OPERAND_VARIABLE;
		o->name = scan_word(ps);
		return parse_fields(ps, o);
	}
	if (c == '.') {
		o->type = OPERAND_DOT;
		if (scan_is_word(ps->p[1]))
			return parse_fields(ps, o);
		ps->p++;
		return 0;
	}
	if (scan_is_word(c))
		return parse_name(ps, o);
	if (!c)
		return scan_bad(ps, "unclosed action");
	return scan_bad(ps, "unexpected \"%c\" in operand", c);
}

static int parse_command(struct format_scan *ps, struct format_command *command)
{
	for (;;) {
		struct format_operand *o;
		int r;

		scan_space(ps);
		if (scan_at_close(ps) || *ps->p == '|' || *ps->p == ')')
			break;
		command->operands = format_grow(command->operands, &command->count, sizeof *command->operands);
		o = &command->operands[command->count - 1];
		r = parse_operand(ps, o);
		if (r < 0)
			return r;
		if (*ps->p && !scan_is_space(*ps->p) && !scan_at_close(ps) && !strchr("|)", *ps->p))
			return scan_bad(ps, "unexpected \"%c\" in operand", *ps->p);
	}
	if (!command->count)
		return scan_bad(ps, "missing value for command");
	/* .Label "key" is what Docker's lists call; whether it can be called is seen when it is */
	if (command->count > 1 && command->operands[0].type != OPERAND_FUNCTION &&
	    (command->count > 2 || command->operands[0].type != OPERAND_DOT || !command->operands[0].fields.count))
		return scan_bad(ps, "can't give argument to non-function");
	return 0;
}

/* "$a :=", "$a, $b :=" or "$a =" where they stand; otherwise nothing is taken. */
static void parse_declaration(struct format_scan *ps, struct format_pipeline *pipeline)
{
	const char *back = ps->p;
	autofree char *first = NULL, *second = NULL;

	if (*ps->p != '$' || !scan_is_word(ps->p[1]))
		return;
	ps->p++;
	first = scan_word(ps);
	scan_space(ps);
	if (*ps->p == ',') {
		ps->p++;
		scan_space(ps);
		if (*ps->p == '$') {
			ps->p++;
			second = scan_word(ps);
			scan_space(ps);
		}
	}
	if (!strncmp(ps->p, ":=", 2) || (*ps->p == '=' && !second)) {
		pipeline->assigns = *ps->p == '=';
		ps->p += pipeline->assigns ? 1 : 2;
		pipeline->variables[0] = take(&first);
		pipeline->variables[1] = take(&second);
		return;
	}
	ps->p = back;
}

int format_pipeline_parse(struct format_scan *ps, struct format_pipeline **ret)
{
	struct format_pipeline *pipeline = *ret = xnew(struct format_pipeline);

	scan_space(ps);
	parse_declaration(ps, pipeline);
	for (;;) {
		int r;

		pipeline->commands = format_grow(pipeline->commands, &pipeline->count, sizeof *pipeline->commands);
		r = parse_command(ps, &pipeline->commands[pipeline->count - 1]);
		if (r < 0)
			return r;
		if (*ps->p != '|')
			break;
		ps->p++;
	}
	for (size_t i = 1; i < pipeline->count; i++)
		if (pipeline->commands[i].operands[0].type != OPERAND_FUNCTION)
			return scan_bad(ps, "non executable command in pipeline stage %zu", i + 1);
	return 0;
}
