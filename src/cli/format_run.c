/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format.h"

#include "base/error.h"
#include "base/memory.h"
#include "cli/format_node.h"

#include <errno.h>
#include <json-c/json_util.h>
#include <json-c/linkhash.h>
#include <string.h>

/* Variables in sight, innermost last; values are references of their own. */
struct variable {
	const char *name;
	struct json_object *value;
};

struct run {
	struct variable *variables;
	size_t count;
	struct buf *out;
};

static int evaluate(struct run *run, const struct format_pipeline *pipeline, struct json_object *dot, struct json_object **ret);

static void push(struct run *run, const char *name, struct json_object *value)
{
	run->variables = xrealloc(run->variables, (run->count + 1) * sizeof *run->variables);
	run->variables[run->count++] = (struct variable){ name, json_object_get(value) };
}

static void pop_to(struct run *run, size_t count)
{
	while (run->count > count)
		json_object_put(run->variables[--run->count].value);
}

static struct variable *variable_of(struct run *run, const char *name)
{
	for (size_t i = run->count; i-- > 0;)
		if (!strcmp(run->variables[i].name, name))
			return &run->variables[i];
	return NULL;
}

/*
 * A member by its name as it is written, or by the same letters in another case: Docker's templates say .ID where its JSON
 * says "Id".
 */
static int field_of(struct json_object *value, const char *name, struct json_object **ret)
{
	struct json_object *near = NULL;
	bool found = false;

	if (value && json_object_is_type(value, json_type_object)) {
		if (json_object_object_get_ex(value, name, ret))
			return 0;
		json_object_object_foreach (value, key, member)
			if (!found && !strcasecmp(key, name)) {
				near = member;
				found = true;
			}
		if (found) {
			*ret = near;
			return 0;
		}
		*ret = NULL;
		if (format_nil(name))
			return 0;
		return fail(-EINVAL, "template parsing error: template: :1: executing at <.%s>: map has no entry for key \"%s\"",
			    name, name);
	}
	if (!value)
		return fail(-EINVAL, "template parsing error: template: :1: executing at <.%s>: nil data; no entry for key \"%s\"",
			    name, name);
	return fail(-EINVAL, "template parsing error: template: :1: executing at <.%s>: can't evaluate field %s in %s", name, name,
		    json_type_to_name(json_object_get_type(value)));
}

/* @ret owns a reference. */
static int operand_value(struct run *run, const struct format_operand *o, struct json_object *dot, struct json_object **ret)
{
	autojson struct json_object *base = NULL;
	struct json_object *value;
	struct variable *variable;
	int r = 0;

	switch (o->type) {
	case OPERAND_DOT:
		base = json_object_get(dot);
		break;
	case OPERAND_LITERAL:
		base = json_object_get(o->literal);
		break;
	case OPERAND_VARIABLE:
		variable = variable_of(run, o->name);
		if (!variable)
			return fail(-EINVAL, "template parsing error: template: :1: undefined variable \"$%s\"", o->name);
		base = json_object_get(variable->value);
		break;
	case OPERAND_PIPELINE:
		r = evaluate(run, o->pipeline, dot, &base);
		break;
	case OPERAND_FUNCTION:
		r = format_call(o->name, NULL, 0, &base);
		break;
	}
	value = base;
	for (size_t i = 0; r == 0 && i < o->fields.count; i++)
		r = field_of(value, o->fields.items[i], &value);
	if (r == 0)
		*ret = json_object_get(value);
	return r;
}

/* {{.Label "key"}}: the one method with an argument that Docker's lists have; what there is no label for is empty. */
static int method(struct run *run, const struct format_command *command, struct json_object *dot, struct json_object **ret)
{
	autojson struct json_object *of = NULL, *key = NULL;
	struct json_object *value;
	int r = operand_value(run, &command->operands[0], dot, &of);

	if (r == 0)
		r = operand_value(run, &command->operands[1], dot, &key);
	if (r < 0)
		return r;
	if (command->count != 2 || !json_object_is_type(of, json_type_object) || !json_object_is_type(key, json_type_string))
		return fail(-EINVAL, "template parsing error: template: :1: can't give argument to non-function");
	value = json_get(of, json_object_get_string(key));
	*ret = value ? json_object_get(value) : json_object_new_string("");
	return 0;
}

/* One command of a pipeline; @piped (when @has_piped) is its last argument. */
static int call(struct run *run, const struct format_command *command, struct json_object *dot, struct json_object *piped,
		bool has_piped, struct json_object **ret)
{
	size_t count = command->count - 1 + has_piped, filled = 0;
	autofree struct json_object **args = NULL;
	int r = 0;

	if (command->operands[0].type != OPERAND_FUNCTION && command->count == 1)
		return operand_value(run, &command->operands[0], dot, ret);
	if (command->operands[0].type != OPERAND_FUNCTION)
		return method(run, command, dot, ret);
	args = xcalloc(count + 1, sizeof *args);
	while (r == 0 && filled < command->count - 1) {
		r = operand_value(run, &command->operands[filled + 1], dot, &args[filled]);
		filled += r == 0;
	}
	if (r == 0 && has_piped)
		args[filled++] = json_object_get(piped);
	if (r == 0)
		r = format_call(command->operands[0].name, args, count, ret);
	while (filled)
		json_object_put(args[--filled]);
	return r;
}

static int evaluate(struct run *run, const struct format_pipeline *pipeline, struct json_object *dot, struct json_object **ret)
{
	autojson struct json_object *value = NULL;
	int r = 0;

	for (size_t i = 0; i < pipeline->count; i++) {
		struct json_object *next = NULL;

		r = call(run, &pipeline->commands[i], dot, value, i > 0, &next);
		if (r < 0)
			return r;
		json_drop(&value);
		value = next;
	}
	*ret = take(&value);
	return r;
}

/* For {{$x := …}}, {{$x = …}} and the variable of if and with. */
static int declare(struct run *run, const struct format_pipeline *pipeline, struct json_object *value)
{
	struct variable *variable;

	if (!pipeline->assigns) {
		push(run, pipeline->variables[0], value);
		return 0;
	}
	variable = variable_of(run, pipeline->variables[0]);
	if (!variable)
		return fail(-EINVAL, "template parsing error: template: :1: undefined variable \"$%s\"", pipeline->variables[0]);
	json_object_put(variable->value);
	variable->value = json_object_get(value);
	return 0;
}

static int run_nodes(struct run *run, const struct format_nodes *nodes, struct json_object *dot);

static int run_item(struct run *run, const struct format_node *node, struct json_object *key, struct json_object *item)
{
	char *const *names = node->pipeline->variables;
	size_t before = run->count;
	int r;

	/* range $v := …; range $k, $v := … */
	if (names[0])
		push(run, names[0], names[1] ? key : item);
	if (names[1])
		push(run, names[1], item);
	r = run_nodes(run, &node->body, item);
	pop_to(run, before);
	return r;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int range_object(struct run *run, const struct format_node *node, struct json_object *value)
{
	size_t count = (size_t)json_object_object_length(value), n = 0;
	autofree const char **keys = xcalloc(count + 1, sizeof *keys);
	int r = 0;

	json_object_object_foreach (value, name, member) {
		(void)member;
		keys[n++] = name;
	}
	qsort(keys, n, sizeof *keys, compare_keys);
	for (size_t i = 0; r == 0 && i < n; i++) {
		autojson struct json_object *key = json_object_new_string(keys[i]);

		r = run_item(run, node, key, json_object_object_get(value, keys[i]));
	}
	return r;
}

static int run_range(struct run *run, const struct format_node *node, struct json_object *dot)
{
	autojson struct json_object *value = NULL;
	int r = evaluate(run, node->pipeline, dot, &value);

	if (r < 0)
		return r;
	if (!format_truth(value))
		return run_nodes(run, &node->otherwise, dot);
	if (json_object_is_type(value, json_type_object))
		return range_object(run, node, value);
	if (!json_object_is_type(value, json_type_array))
		return fail(-EINVAL, "template parsing error: template: :1: range can't iterate over %s",
			    json_type_to_name(json_object_get_type(value)));
	for (size_t i = 0; r == 0 && i < json_object_array_length(value); i++) {
		autojson struct json_object *key = json_object_new_int64((int64_t)i);

		r = run_item(run, node, key, json_object_array_get_idx(value, i));
	}
	return r;
}

static int run_condition(struct run *run, const struct format_node *node, struct json_object *dot)
{
	autojson struct json_object *value = NULL;
	size_t before = run->count;
	int r = evaluate(run, node->pipeline, dot, &value);

	if (r == 0 && node->pipeline->variables[0])
		r = declare(run, node->pipeline, value);
	if (r == 0 && format_truth(value))
		r = run_nodes(run, &node->body, node->type == NODE_WITH ? value : dot);
	else if (r == 0)
		r = run_nodes(run, &node->otherwise, dot);
	pop_to(run, before);
	return r;
}

/* The member that a pipeline is, if it is one and no more. */
static const char *member_of(const struct format_pipeline *pipeline)
{
	const struct format_operand *o = pipeline->count == 1 ? pipeline->commands[0].operands : NULL;

	return o && pipeline->commands[0].count == 1 && o->fields.count ? o->fields.items[o->fields.count - 1] : NULL;
}

static int run_print(struct run *run, const struct format_node *node, struct json_object *dot)
{
	autojson struct json_object *value = NULL;
	const char *nil;
	int r = evaluate(run, node->pipeline, dot, &value);

	if (r < 0)
		return r;
	if (node->pipeline->variables[0])
		return declare(run, node->pipeline, value);
	if (!value && member_of(node->pipeline) && (nil = format_nil(member_of(node->pipeline))))
		buf_add_str(run->out, nil);
	else
		format_value(value, run->out);
	return 0;
}

static int run_nodes(struct run *run, const struct format_nodes *nodes, struct json_object *dot)
{
	size_t before = run->count;
	int r = 0;

	for (size_t i = 0; r == 0 && i < nodes->count; i++) {
		const struct format_node *node = &nodes->items[i];

		switch (node->type) {
		case NODE_TEXT:
			buf_add_str(run->out, node->text);
			break;
		case NODE_PRINT:
			r = run_print(run, node, dot);
			break;
		case NODE_IF:
		case NODE_WITH:
			r = run_condition(run, node, dot);
			break;
		case NODE_RANGE:
			r = run_range(run, node, dot);
			break;
		}
	}
	pop_to(run, before);
	return r;
}

int format_execute(const struct format *format, struct json_object *value, struct buf *out)
{
	struct run run = { .out = out };
	int r;

	push(&run, "", value);
	r = run_nodes(&run, &format->nodes, value);
	pop_to(&run, 0);
	free(run.variables);
	return r;
}
