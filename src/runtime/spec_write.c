/* SPDX-License-Identifier: Apache-2.0 */
/* struct spec -> JSON, by the rows of spec_fields.c. What is absent or empty is left out, as the standard's examples do. */
#include "base/json.h"
#include "runtime/capability.h"
#include "runtime/spec.h"
#include "runtime/spec_fields.h"

#include <string.h>

struct list {
	const char *items;
	size_t count;
};

static bool object_is_empty(const struct spec_shape *shape, const char *base);

/* Nothing to write. */
static bool field_is_empty(const struct spec_field *f, const char *at)
{
	switch (f->kind) {
	case SPEC_STRING:
		return !*(char *const *)at;
	case SPEC_STRINGS:
		return ((const struct strv *)at)->count == 0;
	case SPEC_BOOL:
		return !*(const bool *)at;
	case SPEC_U32:
	case SPEC_I32:
		return *(const uint32_t *)at == 0;
	case SPEC_I64:
	case SPEC_U64:
	case SPEC_CAPABILITIES:
		return *(const uint64_t *)at == 0;
	case SPEC_OPT_I64:
		return !((const struct opt_i64 *)at)->set;
	case SPEC_OPT_U64:
		return !((const struct opt_u64 *)at)->set;
	case SPEC_OPT_BOOL:
		return !((const struct opt_bool *)at)->set;
	case SPEC_LETTER:
	case SPEC_ACCESS:
		return !*at;
	case SPEC_GIDS:
		return !*(uint32_t *const *)at;
	case SPEC_OBJECT:
		return object_is_empty(f->shape, at);
	case SPEC_OBJECTS:
	case SPEC_KEYED:
	case SPEC_MAP:
		return ((const struct list *)at)->count == 0;
	default:
		return false;
	}
}

/* An object without `set` is there when one of its members is. */
static bool object_is_empty(const struct spec_shape *shape, const char *base)
{
	if (shape->set != SPEC_NO_SET)
		return !*(const bool *)(base + shape->set);
	for (const struct spec_field *f = shape->fields; f->name; f++)
		if (!field_is_empty(f, base + f->offset))
			return false;
	return true;
}

static void write_object(struct json_writer *w, const char *name, const struct spec_shape *shape, const char *base);

static void write_list(struct json_writer *w, const struct spec_field *f, const struct list *list)
{
	json_begin_array(w, f->name);
	for (size_t i = 0; i < list->count; i++)
		write_object(w, NULL, f->shape, list->items + i * f->shape->size);
	json_end_array(w);
}

static void write_keyed(struct json_writer *w, const struct spec_field *f, const struct list *list)
{
	json_begin_object(w, f->name);
	for (size_t i = 0; i < list->count; i++) {
		const char *item = list->items + i * f->shape->size;

		write_object(w, *(char *const *)item, f->shape, item);
	}
	json_end_object(w);
}

static void write_map(struct json_writer *w, const char *name, const struct spec_pairs *pairs)
{
	json_begin_object(w, name);
	for (size_t i = 0; i < pairs->count; i++)
		json_put_str(w, pairs->items[i].key, pairs->items[i].value);
	json_end_object(w);
}

static void write_capabilities(struct json_writer *w, const char *name, uint64_t mask)
{
	json_begin_array(w, name);
	for (unsigned int n = 0; n < CAPABILITY_COUNT; n++)
		if (mask & CAPABILITY_BIT(n))
			json_put_str(w, NULL, capability_name(n));
	json_end_array(w);
}

static void write_gids(struct json_writer *w, const char *name, const struct spec_user *user)
{
	json_begin_array(w, name);
	for (size_t i = 0; i < user->additional_gid_count; i++)
		json_put_u64(w, NULL, user->additional_gids[i]);
	json_end_array(w);
}

static void write_namespaces(struct json_writer *w, const char *name, const struct spec_namespace *all)
{
	json_begin_array(w, name);
	for (size_t i = 0; i < SPEC_NS_COUNT; i++) {
		if (!all[i].set)
			continue;
		json_begin_object(w, NULL);
		json_put_str(w, "type", spec_namespace_names[i]);
		if (all[i].path)
			json_put_str(w, "path", all[i].path);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_field(struct json_writer *w, const struct spec_field *f, const char *at)
{
	switch (f->kind) {
	case SPEC_STRING:
		json_put_str(w, f->name, *(char *const *)at);
		break;
	case SPEC_STRINGS:
		json_put_strv(w, f->name, (const struct strv *)at);
		break;
	case SPEC_BOOL:
		json_put_bool(w, f->name, *(const bool *)at);
		break;
	case SPEC_U32:
		json_put_u64(w, f->name, *(const uint32_t *)at);
		break;
	case SPEC_I32:
		json_put_i64(w, f->name, *(const int32_t *)at);
		break;
	case SPEC_I64:
		json_put_i64(w, f->name, *(const int64_t *)at);
		break;
	case SPEC_U64:
		json_put_u64(w, f->name, *(const uint64_t *)at);
		break;
	case SPEC_OPT_I64:
		json_put_i64(w, f->name, ((const struct opt_i64 *)at)->value);
		break;
	case SPEC_OPT_U64:
		json_put_u64(w, f->name, ((const struct opt_u64 *)at)->value);
		break;
	case SPEC_OPT_BOOL:
		json_put_bool(w, f->name, ((const struct opt_bool *)at)->value);
		break;
	case SPEC_CAPABILITIES:
		write_capabilities(w, f->name, *(const uint64_t *)at);
		break;
	case SPEC_LETTER:
		json_put_strn(w, f->name, at, 1);
		break;
	case SPEC_ACCESS:
		json_put_str(w, f->name, at);
		break;
	case SPEC_GIDS:
		write_gids(w, f->name, (const struct spec_user *)(at - offsetof(struct spec_user, additional_gids)));
		break;
	case SPEC_NAMESPACES:
		write_namespaces(w, f->name, (const struct spec_namespace *)at);
		break;
	case SPEC_OBJECT:
		if (f->shape == &spec_shape_seccomp && ((const struct spec_seccomp *)at)->text)
			json_put_raw(w, f->name, ((const struct spec_seccomp *)at)->text);
		else
			write_object(w, f->name, f->shape, at);
		break;
	case SPEC_OBJECTS:
		write_list(w, f, (const struct list *)at);
		break;
	case SPEC_KEYED:
		write_keyed(w, f, (const struct list *)at);
		break;
	case SPEC_MAP:
		write_map(w, f->name, (const struct spec_pairs *)at);
		break;
	case SPEC_END:
		break;
	}
}

static void write_object(struct json_writer *w, const char *name, const struct spec_shape *shape, const char *base)
{
	json_begin_object(w, name);
	for (const struct spec_field *f = shape->fields; f->name; f++)
		if (f->flags || !field_is_empty(f, base + f->offset))
			write_field(w, f, base + f->offset);
	json_end_object(w);
}

void spec_write(const struct spec *spec, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, true);
	write_object(&w, NULL, &spec_shape_config, (const char *)spec);
	buf_add_char(out, '\n');
}
