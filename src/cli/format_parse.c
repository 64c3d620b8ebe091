/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format.h"

#include "base/error.h"
#include "base/memory.h"
#include "cli/format_node.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

struct parser {
	const char *start, *p;
	unsigned int depth;
	bool trim; /* the action before ended with -}}: leading white space of the text is dropped */
};

enum ending { END_OF_TEXT, END_ACTION, END_ELSE };

static int bad(const struct parser *ps, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int bad(const struct parser *ps, const char *format, ...)
{
	autobuf words = BUF_INIT;
	unsigned int line = 1;
	va_list ap;

	va_start(ap, format);
	buf_add_vformat(&words, format, ap);
	va_end(ap);
	for (const char *c = ps->start; c < ps->p; c++)
		line += *c == '\n';
	return fail(-EINVAL, "template parsing error: template: :%u: %s", line, words.data);
}

static void *grow(void *items, size_t *count, size_t size)
{
	char *grown = xrealloc(items, (*count + 1) * size);

	memset(grown + *count * size, 0, size);
	++*count;
	return grown;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct parser *ps)
{
	while (is_space(*ps->p))
		ps->p++;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* "}}", or "-}}" behind white space. */
static bool at_close(const struct parser *ps)
{
	if (!strncmp(ps->p, "}}", 2))
		return true;
	return !strncmp(ps->p, "-}}", 3) && ps->p > ps->start && is_space(ps->p[-1]);
}

static int parse_close(struct parser *ps)
{
	skip_space(ps);
	if (!*ps->p)
		return bad(ps, "unclosed action");
	if (!at_close(ps))
		return bad(ps, "unexpected \"%c\" in action", *ps->p);
	ps->trim = *ps->p == '-';
	ps->p += ps->trim ? 3 : 2;
	return 0;
}

static char *parse_word(struct parser *ps)
{
	const char *from = ps->p;

	while (is_word(*ps->p))
		ps->p++;
	return xstrndup(from, (size_t)(ps->p - from));
}

/* ---- operands --------------------------------------------------------------------------------------------------- */

static int parse_pipeline(struct parser *ps, struct format_pipeline **ret);

static int parse_raw_string(struct parser *ps, struct format_operand *o)
{
	const char *from = ++ps->p, *end = strchr(from, '`');

	if (!end)
		return bad(ps, "unterminated raw quoted string");
	o->literal = json_object_new_string_len(from, (int)(end - from));
	ps->p = end + 1;
	return 0;
}

static int parse_string(struct parser *ps, struct format_operand *o)
{
	static const char escapes[] = "n\nt\tr\r\"\"\\\\''a\ab\bf\fv\v";
	autobuf text = BUF_INIT;

	for (ps->p++; *ps->p != '"'; ps->p++) {
		const char *escape = NULL;

		if (!*ps->p || *ps->p == '\n')
			return bad(ps, "unterminated quoted string");
		if (*ps->p != '\\') {
			buf_add_char(&text, *ps->p);
			continue;
		}
		ps->p++;
		for (const char *e = escapes; *e && !escape; e += 2)
			escape = *e == *ps->p ? e + 1 : NULL;
		if (!escape)
			return bad(ps, "invalid syntax: unknown escape in a quoted string");
		buf_add_char(&text, *escape);
	}
	ps->p++;
	o->literal = json_object_new_string_len(text.data, (int)text.len);
	return 0;
}

static int parse_number(struct parser *ps, struct format_operand *o)
{
	autofree char *text = NULL;
	const char *from = ps->p;
	char *end;

	if (*ps->p == '-' || *ps->p == '+')
		ps->p++;
	while (is_word(*ps->p) || *ps->p == '.')
		ps->p++;
	text = xstrndup(from, (size_t)(ps->p - from));
	errno = 0;
	if (strpbrk(text, ".eE") && strncmp(text, "0x", 2) != 0)
		o->literal = json_object_new_double(strtod(text, &end));
	else
		o->literal = json_object_new_int64(strtoll(text, &end, 0));
	if (*end || errno || end == text)
		return bad(ps, "bad number syntax: \"%s\"", text);
	return 0;
}

static int parse_name(struct parser *ps, struct format_operand *o)
{
	o->name = parse_word(ps);
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
		return bad(ps, "function \"%s\" not defined", o->name);
	return 0;
}

/* .A.B behind an operand, without white space between. */
static int parse_fields(struct parser *ps, struct format_operand *o)
{
	while (*ps->p == '.') {
		ps->p++;
		if (!is_word(*ps->p))
			return bad(ps, "unexpected \".\" in operand");
		strv_add_owned(&o->fields, parse_word(ps));
	}
	return 0;
}

static int parse_parenthesis(struct parser *ps, struct format_operand *o)
{
	int r;

	ps->p++;
	if (++ps->depth > FORMAT_DEPTH_MAX)
		return bad(ps, "it is nested too deeply");
	o->type = OPERAND_PIPELINE;
	r = parse_pipeline(ps, &o->pipeline);
	if (r < 0)
		return r;
	skip_space(ps);
	if (*ps->p != ')')
		return bad(ps, "unclosed left paren");
	ps->p++;
	ps->depth--;
	return parse_fields(ps, o);
}

static int parse_operand(struct parser *ps, struct format_operand *o)
{
	char c = *ps->p;

	o->type = OPERAND_LITERAL;
	if (c == '"')
		return parse_string(ps, o);
	if (c == '`')
		return parse_raw_string(ps, o);
	if (isdigit((unsigned char)c) || ((c == '-' || c == '+') && isdigit((unsigned char)ps->p[1])))
		return parse_number(ps, o);
	if (c == '(')
		return parse_parenthesis(ps, o);
	if (c == '$') {
		ps->p++;
		o->type = OPERAND_VARIABLE;
		o->name = parse_word(ps);
		return parse_fields(ps, o);
	}
	if (c == '.') {
		o->type = OPERAND_DOT;
		if (is_word(ps->p[1]))
			return parse_fields(ps, o);
		ps->p++;
		return 0;
	}
	if (is_word(c))
		return parse_name(ps, o);
	if (!c)
		return bad(ps, "unclosed action");
	return bad(ps, "unexpected \"%c\" in operand", c);
}

/* ---- pipelines -------------------------------------------------------------------------------------------------- */

static int parse_command(struct parser *ps, struct format_command *command)
{
	for (;;) {
		struct format_operand *o;
		int r;

		skip_space(ps);
		if (at_close(ps) || *ps->p == '|' || *ps->p == ')')
			break;
		command->operands = grow(command->operands, &command->count, sizeof *command->operands);
		o = &command->operands[command->count - 1];
		r = parse_operand(ps, o);
		if (r < 0)
			return r;
		if (*ps->p && !is_space(*ps->p) && !at_close(ps) && !strchr("|)", *ps->p))
			return bad(ps, "unexpected \"%c\" in operand", *ps->p);
	}
	if (!command->count)
		return bad(ps, "missing value for command");
	/* .Label "key" is what Docker's lists call; whether it can be called is seen when it is */
	if (command->count > 1 && command->operands[0].type != OPERAND_FUNCTION &&
	    (command->count > 2 || command->operands[0].type != OPERAND_DOT || !command->operands[0].fields.count))
		return bad(ps, "can't give argument to non-function");
	return 0;
}

/* "$a :=", "$a, $b :=" or "$a =" where they stand; otherwise nothing is taken. */
static void parse_declaration(struct parser *ps, struct format_pipeline *pipeline)
{
	const char *back = ps->p;
	autofree char *first = NULL, *second = NULL;

	if (*ps->p != '$' || !is_word(ps->p[1]))
		return;
	ps->p++;
	first = parse_word(ps);
	skip_space(ps);
	if (*ps->p == ',') {
		ps->p++;
		skip_space(ps);
		if (*ps->p == '$') {
			ps->p++;
			second = parse_word(ps);
			skip_space(ps);
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

static int parse_pipeline(struct parser *ps, struct format_pipeline **ret)
{
	struct format_pipeline *pipeline = *ret = xnew(struct format_pipeline);

	skip_space(ps);
	parse_declaration(ps, pipeline);
	for (;;) {
		int r;

		pipeline->commands = grow(pipeline->commands, &pipeline->count, sizeof *pipeline->commands);
		r = parse_command(ps, &pipeline->commands[pipeline->count - 1]);
		if (r < 0)
			return r;
		if (*ps->p != '|')
			break;
		ps->p++;
	}
	for (size_t i = 1; i < pipeline->count; i++)
		if (pipeline->commands[i].operands[0].type != OPERAND_FUNCTION)
			return bad(ps, "non executable command in pipeline stage %zu", i + 1);
	return 0;
}

/* ---- the text --------------------------------------------------------------------------------------------------- */

static int parse_nodes(struct parser *ps, struct format_nodes *nodes, enum ending *ret);

static struct format_node *add_node(struct format_nodes *nodes, enum node_type type)
{
	nodes->items = grow(nodes->items, &nodes->count, sizeof *nodes->items);
	nodes->items[nodes->count - 1].type = type;
	return &nodes->items[nodes->count - 1];
}

/* The rest of {{if …}} and its like, up to {{end}}. */
static int parse_block(struct parser *ps, struct format_node *node)
{
	enum ending ending;
	int r;

	if (++ps->depth > FORMAT_DEPTH_MAX)
		return bad(ps, "it is nested too deeply");
	r = parse_pipeline(ps, &node->pipeline);
	if (r == 0)
		r = parse_close(ps);
	if (r == 0)
		r = parse_nodes(ps, &node->body, &ending);
	if (r < 0)
		return r;
	if (ending == END_ELSE) {
		skip_space(ps);
		if (!strncmp(ps->p, "if", 2) && !is_word(ps->p[2])) {
			ps->p += 2;
			/* {{else if}} shares the {{end}} of its if */
			r = parse_block(ps, add_node(&node->otherwise, NODE_IF));
			ps->depth--;
			return r;
		}
		r = parse_close(ps);
		if (r == 0)
			r = parse_nodes(ps, &node->otherwise, &ending);
		if (r < 0)
			return r;
		if (ending == END_ELSE)
			return bad(ps, "expected end; found {{else}}");
	}
	if (ending == END_OF_TEXT)
		return bad(ps, "unexpected EOF");
	ps->depth--;
	return 0;
}

/* What stands after "{{". *@ret_ending is only set by {{end}} and {{else}}. */
static int parse_action(struct parser *ps, struct format_nodes *nodes, enum ending *ret_ending)
{
	static const struct {
		const char *word;
		enum node_type type;
	} blocks[] = { { "if", NODE_IF }, { "range", NODE_RANGE }, { "with", NODE_WITH } };
	static const char *const absent[] = { "define", "template", "block", "break", "continue" };
	size_t len = 0;

	skip_space(ps);
	while (is_word(ps->p[len]))
		len++;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		if (len == strlen(blocks[i].word) && !strncmp(ps->p, blocks[i].word, len)) {
			ps->p += len;
			return parse_block(ps, add_node(nodes, blocks[i].type));
		}
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (len == strlen(absent[i]) && !strncmp(ps->p, absent[i], len))
			return bad(ps, "{{%s}} is no part of the templates here", absent[i]);
	if (len == 3 && !strncmp(ps->p, "end", 3)) {
		ps->p += 3;
		*ret_ending = END_ACTION;
		return parse_close(ps);
	}
	if (len == 4 && !strncmp(ps->p, "else", 4)) {
		ps->p += 4;
		*ret_ending = END_ELSE;
		return 0;
	}
	if (at_close(ps))
		return bad(ps, "missing value for command");
	{
		struct format_node *node = add_node(nodes, NODE_PRINT);
		int r = parse_pipeline(ps, &node->pipeline);

		return r < 0 ? r : parse_close(ps);
	}
}

static void add_text(struct parser *ps, struct format_nodes *nodes, const char *end, bool trim_end)
{
	const char *from = ps->p;

	while (ps->trim && from < end && is_space(*from))
		from++;
	while (trim_end && end > from && is_space(end[-1]))
		end--;
	ps->trim = false;
	if (end > from)
		add_node(nodes, NODE_TEXT)->text = xstrndup(from, (size_t)(end - from));
}

/* A comment, {{/ * … * /}}: 1 when there was one. */
static int parse_comment(struct parser *ps)
{
	const char *end;

	if (strncmp(ps->p, "/*", 2) != 0)
		return 0;
	end = strstr(ps->p + 2, "*/");
	if (!end)
		return bad(ps, "unclosed comment");
	ps->p = end + 2;
	return parse_close(ps) < 0 ? -EINVAL : 1;
}

static int parse_nodes(struct parser *ps, struct format_nodes *nodes, enum ending *ret)
{
	for (;;) {
		const char *open = strstr(ps->p, "{{");
		enum ending ending = END_OF_TEXT;
		bool trim = open && open[2] == '-' && is_space(open[3]);
		int r;

		if (!open) {
			add_text(ps, nodes, ps->p + strlen(ps->p), false);
			ps->p += strlen(ps->p);
			*ret = END_OF_TEXT;
			return 0;
		}
		add_text(ps, nodes, open, trim);
		ps->p = open + (trim ? 4 : 2);
		r = parse_comment(ps);
		if (r == 0)
			r = parse_action(ps, nodes, &ending);
		if (r < 0)
			return r;
		if (ending != END_OF_TEXT) {
			*ret = ending;
			return 0;
		}
	}
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void pipeline_free(struct format_pipeline *pipeline)
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
			pipeline_free(o->pipeline);
		}
		free(command->operands);
	}
	free(pipeline->variables[0]);
	free(pipeline->variables[1]);
	free(pipeline->commands);
	free(pipeline);
}

static void nodes_release(struct format_nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++) {
		free(nodes->items[i].text);
		pipeline_free(nodes->items[i].pipeline);
		nodes_release(&nodes->items[i].body);
		nodes_release(&nodes->items[i].otherwise);
	}
	free(nodes->items);
}

void format_free(struct format **format)
{
	if (*format)
		nodes_release(&(*format)->nodes);
	free(*format);
	*format = NULL;
}

int format_parse(const char *text, struct format **ret)
{
	__attribute__((cleanup(format_free))) struct format *format = xnew(struct format);
	struct parser ps = { .start = text, .p = text };
	enum ending ending;
	int r = parse_nodes(&ps, &format->nodes, &ending);

	if (r < 0)
		return r;
	if (ending != END_OF_TEXT)
		return bad(&ps, "unexpected {{%s}}", ending == END_ELSE ? "else" : "end");
	*ret = take(&format);
	return 0;
}
