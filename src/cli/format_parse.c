/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format.h"

#include "base/error.h"
#include "base/memory.h"
#include "cli/format_pipeline.h"

#include <errno.h>
#include <string.h>

enum ending { END_OF_TEXT, END_ACTION, END_ELSE };

static int parse_nodes(struct format_scan *ps, struct format_nodes *nodes, enum ending *ret);

static struct format_node *add_node(struct format_nodes *nodes, enum node_type type)
{
	nodes->items = format_grow(nodes->items, &nodes->count, sizeof *nodes->items);
	nodes->items[nodes->count - 1].type = type;
	return &nodes->items[nodes->count - 1];
}

/* The rest of {{if …}} and its like, up to {{end}}. */
static int parse_block(struct format_scan *ps, struct format_node *node)
{
	enum ending ending;
	int r;

	if (++ps->depth > FORMAT_DEPTH_MAX)
		return scan_bad(ps, "it is nested too deeply");
	r = format_pipeline_parse(ps, &node->pipeline);
	if (r == 0)
		r = scan_close(ps);
	if (r == 0)
		r = parse_nodes(ps, &node->body, &ending);
	if (r < 0)
		return r;
	if (ending == END_ELSE) {
		scan_space(ps);
		if (!strncmp(ps->p, "if", 2) && !scan_is_word(ps->p[2])) {
			ps->p += 2;
			/* {{else if}} shares the {{end}} of its if */
			r = parse_block(ps, add_node(&node->otherwise, NODE_IF));
			ps->depth--;
			return r;
		}
		r = scan_close(ps);
		if (r == 0)
			r = parse_nodes(ps, &node->otherwise, &ending);
		if (r < 0)
			return r;
		if (ending == END_ELSE)
			return scan_bad(ps, "expected end; found {{else}}");
	}
	if (ending == END_OF_TEXT)
		return scan_bad(ps, "unexpected EOF");
	ps->depth--;
	return 0;
}

/* What stands after "{{". *@ret_ending is only set by {{end}} and {{else}}. */
static int parse_action(struct format_scan *ps, struct format_nodes *nodes, enum ending *ret_ending)
{
	static const struct {
		const char *word;
		enum node_type type;
	} blocks[] = { { "if", NODE_IF }, { "range", NODE_RANGE }, { "with", NODE_WITH } };
	static const char *const absent[] = { "define", "template", "block", "break", "continue" };
	size_t len = 0;

	scan_space(ps);
	while (scan_is_word(ps->p[len]))
		len++;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		if (len == strlen(blocks[i].word) && !strncmp(ps->p, blocks[i].word, len)) {
			ps->p += len;
			return parse_block(ps, add_node(nodes, blocks[i].type));
		}
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (len == strlen(absent[i]) && !strncmp(ps->p, absent[i], len))
			return scan_bad(ps, "{{%s}} is no part of the templates here", absent[i]);
	if (len == 3 && !strncmp(ps->p, "end", 3)) {
		ps->p += 3;
		*ret_ending = END_ACTION;
		return scan_close(ps);
	}
	if (len == 4 && !strncmp(ps->p, "else", 4)) {
		ps->p += 4;
		*ret_ending = END_ELSE;
		return 0;
	}
	if (scan_at_close(ps))
		return scan_bad(ps, "missing value for command");
	{
		struct format_node *node = add_node(nodes, NODE_PRINT);
		int r = format_pipeline_parse(ps, &node->pipeline);

		return r < 0 ? r : scan_close(ps);
	}
}

static void add_text(struct format_scan *ps, struct format_nodes *nodes, const char *end, bool trim_end)
{
	const char *from = ps->p;

	while (ps->trim && from < end && scan_is_space(*from))
		from++;
	while (trim_end && end > from && scan_is_space(end[-1]))
		end--;
	ps->trim = false;
	if (end > from)
		add_node(nodes, NODE_TEXT)->text = xstrndup(from, (size_t)(end - from));
}

/* A comment, {{/ * … * /}}: 1 when there was one. */
static int parse_comment(struct format_scan *ps)
{
	const char *end;

	if (strncmp(ps->p, "/*", 2) != 0)
		return 0;
	end = strstr(ps->p + 2, "*/");
	if (!end)
		return scan_bad(ps, "unclosed comment");
	ps->p = end + 2;
	return scan_close(ps) < 0 ? -EINVAL : 1;
}

static int parse_nodes(struct format_scan *ps, struct format_nodes *nodes, enum ending *ret)
{
	for (;;) {
		const char *open = strstr(ps->p, "{{");
		enum ending ending = END_OF_TEXT;
		bool trim = open && open[2] == '-' && scan_is_space(open[3]);
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

static void nodes_release(struct format_nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++) {
		free(nodes->items[i].text);
		format_pipeline_free(nodes->items[i].pipeline);
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
	struct format_scan ps = { .start = text, .p = text };
	enum ending ending;
	int r = parse_nodes(&ps, &format->nodes, &ending);

	if (r < 0)
		return r;
	if (ending != END_OF_TEXT)
		return scan_bad(&ps, "unexpected {{%s}}", ending == END_ELSE ? "else" : "end");
	*ret = take(&format);
	return 0;
}
