/* SPDX-License-Identifier: Apache-2.0 */
/* Values of templates: as Go prints them, and which of them are true. */
#include "cli/format_calls.h"

#include "base/error.h"
#include "base/memory.h"

#include <json-c/linkhash.h>
#include <string.h>

bool format_truth(struct json_object *value)
{
	switch (value ? json_object_get_type(value) : json_type_null) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(value);
	case json_type_int:
		return json_object_get_int64(value) != 0;
	case json_type_double:
		return json_object_get_double(value) != 0;
	case json_type_string:
		return json_object_get_string_len(value) > 0;
	case json_type_array:
		return json_object_array_length(value) > 0;
	case json_type_object:
		return json_object_object_length(value) > 0;
	}
	return false;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void object_value(struct json_object *value, struct buf *out)
{
	size_t count = (size_t)json_object_object_length(value), n = 0;
	autofree const char **keys = xcalloc(count + 1, sizeof *keys);

	json_object_object_foreach (value, name, member) {
		(void)member;
		keys[n++] = name;
	}
	qsort(keys, n, sizeof *keys, compare_keys);
	buf_add_str(out, "map[");
	for (size_t i = 0; i < n; i++) {
		buf_add_format(out, "%s%s:", i ? " " : "", keys[i]);
		format_value(json_object_object_get(value, keys[i]), out);
	}
	buf_add_char(out, ']');
}

void format_value(struct json_object *value, struct buf *out)
{
	switch (value ? json_object_get_type(value) : json_type_null) {
	case json_type_null:
		buf_add_str(out, "<no value>");
		break;
	case json_type_string:
		buf_add(out, json_object_get_string(value), (size_t)json_object_get_string_len(value));
		break;
	case json_type_array:
		buf_add_char(out, '[');
		for (size_t i = 0; i < json_object_array_length(value); i++) {
			if (i)
				buf_add_char(out, ' ');
			format_value(json_object_array_get_idx(value, i), out);
		}
		buf_add_char(out, ']');
		break;
	case json_type_object:
		object_value(value, out);
		break;
	case json_type_double:
		buf_add_format(out, "%.15g", json_object_get_double(value));
		break;
	default:
		buf_add_str(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
	}
}
