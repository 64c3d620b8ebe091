/* SPDX-License-Identifier: Apache-2.0 */
/* eq, lt and the others; and, or, not. */
#include "cli/format_calls.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

static bool is_number(struct json_object *value)
{
	return format_is(value, json_type_int) || format_is(value, json_type_double);
}

/* -1, 0, 1; -EINVAL with words when the two are not of one kind. */
static int compare(struct json_object *a, struct json_object *b, int *ret)
{
	if (format_is(a, json_type_int) && format_is(b, json_type_int)) {
		int64_t x = json_object_get_int64(a), y = json_object_get_int64(b);

		*ret = (x > y) - (x < y);
	} else if (is_number(a) && is_number(b)) {
		double x = json_object_get_double(a), y = json_object_get_double(b);

		*ret = (x > y) - (x < y);
	} else if (format_is(a, json_type_string) && format_is(b, json_type_string)) {
		int order = strcmp(json_object_get_string(a), json_object_get_string(b));

		*ret = (order > 0) - (order < 0);
	} else if (format_is(a, json_type_boolean) && format_is(b, json_type_boolean)) {
		*ret = json_object_get_boolean(a) - json_object_get_boolean(b);
	} else if (!a || !b) {
		*ret = a != b;
	} else {
		return fail(-EINVAL, "incompatible types for comparison");
	}
	return 0;
}

int format_call_eq(arguments args, size_t count, struct json_object **ret)
{
	bool equal = false;
	int order, r;

	for (size_t i = 1; !equal && i < count; i++) {
		r = compare(args[0], args[i], &order);
		if (r < 0)
			return r;
		equal = order == 0;
	}
	*ret = json_object_new_boolean(equal);
	return 0;
}

/* What ne, lt, le, gt and ge want of compare's answer: bit 0 less, bit 1 equal, bit 2 greater. */
static int call_order(arguments args, unsigned int wanted, struct json_object **ret)
{
	int order, r = compare(args[0], args[1], &order);

	if (r == 0)
		*ret = json_object_new_boolean(wanted >> (order + 1) & 1);
	return r;
}

int format_call_ne(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 5, ret);
}

int format_call_lt(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 1, ret);
}

int format_call_le(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 3, ret);
}

int format_call_gt(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 4, ret);
}

int format_call_ge(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 6, ret);
}

int format_call_and(arguments args, size_t count, struct json_object **ret)
{
	size_t i = 0;

	while (i + 1 < count && format_truth(args[i]))
		i++;
	*ret = json_object_get(args[i]);
	return 0;
}

int format_call_or(arguments args, size_t count, struct json_object **ret)
{
	size_t i = 0;

	while (i + 1 < count && !format_truth(args[i]))
		i++;
	*ret = json_object_get(args[i]);
	return 0;
}

int format_call_not(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	*ret = json_object_new_boolean(!format_truth(args[0]));
	return 0;
}
