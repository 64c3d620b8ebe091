/* SPDX-License-Identifier: Apache-2.0 */
/* JSON -> struct spec, by the rows of spec_fields.c. */
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "runtime/capability.h"
#include "runtime/spec.h"
#include "runtime/spec_fields.h"

#include <errno.h>
#include <json-c/linkhash.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WHERE_MAX 256
#define ITEMS_MAX 65536 /* of one list: far above what anybody writes, far below what hurts */

/* The C view of any SPEC_LIST. */
struct list {
	void *items;
	size_t count;
};

/* Go's readers, which other runtimes have, do not look at the case of a member's name, and some callers came to count on that. */
static bool find_in_any_case(struct json_object *o, const char *name)
{
	json_object_object_foreach (o, key, value) {
		if (strcasecmp(key, name) != 0)
			continue;
		json_object_object_add(o, name, json_object_get(value));
		return true;
	}
	return false;
}

static int parse_object(struct json_object *o, const char *where, const struct spec_shape *shape, char *base);

/* The place of a member, for the words; a very long one is cut. */
static void __attribute__((format(printf, 2, 3))) name_place(char here[WHERE_MAX], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(here, WHERE_MAX, format, ap);
	va_end(ap);
}

static int parse_list(struct json_object *list, const char *where, const struct spec_shape *shape, struct list *ret)
{
	size_t count = json_object_array_length(list);

	if (count > ITEMS_MAX)
		return fail(-E2BIG, "%s: more than %d entries", where, ITEMS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		char here[WHERE_MAX];
		int r;

		name_place(here, "%s[%zu]", where, i);
		if (!item || !json_object_is_type(item, json_type_object))
			return fail(-EINVAL, "%s: it is not an object", here);
		r = parse_object(item, here, shape, spec_grow_items(&ret->items, &ret->count, shape->size));
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_keyed(struct json_object *map, const char *where, const struct spec_shape *shape, struct list *ret)
{
	json_object_object_foreach (map, key, item) {
		char here[WHERE_MAX];
		char **place;
		int r;

		name_place(here, "%s.%s", where, key);
		if (!json_object_is_type(item, json_type_object))
			return fail(-EINVAL, "%s: it is not an object", here);
		place = spec_grow_items(&ret->items, &ret->count, shape->size);
		*place = xstrdup(key);
		r = parse_object(item, here, shape, (char *)place);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_map(struct json_object *map, const char *where, struct spec_pairs *ret)
{
	json_object_object_foreach (map, key, value) {
		struct spec_pair *pair;

		if (!json_object_is_type(value, json_type_string))
			return fail(-EINVAL, "%s.%s: it is not a string", where, key);
		pair = spec_grow(ret);
		pair->key = xstrdup(key);
		pair->value = xstrdup(json_object_get_string(value));
	}
	return 0;
}

static int parse_capabilities(struct json_object *o, const char *where, const char *name, uint64_t *ret)
{
	autostrv names = { 0 };
	int r = json_get_strv(o, where, name, &names);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < names.count; i++) {
		int capability = capability_from_name(names.items[i]);

		/* runc's rule since 1.0.0: a newer caller may name what this build does not know */
		if (capability < 0)
			log_warning("%s.%s: unknown capability %s is left out", where, name, names.items[i]);
		else
			*ret |= CAPABILITY_BIT(capability);
	}
	return 1;
}

static int parse_letter(struct json_object *o, const char *where, const char *name, char *ret)
{
	const char *s = NULL;
	int r = json_get_str(o, where, name, &s);

	if (r <= 0)
		return r;
	if (strlen(s) != 1)
		return fail(-EINVAL, "%s.%s: '%s' is not one letter", where, name, s);
	*ret = *s;
	return 1;
}

static int parse_access(struct json_object *o, const char *where, const char *name, char ret[4])
{
	const char *s = NULL;
	size_t count = 0;
	int r = json_get_str(o, where, name, &s);

	if (r <= 0)
		return r;
	if (s[strspn(s, "rwm")])
		log_warning("%s.%s: letters of '%s' that are none of rwm are left out", where, name, s);
	for (const char *letter = "rwm"; *letter; letter++)
		if (strchr(s, *letter))
			ret[count++] = *letter;
	ret[count] = '\0';
	return !*s || count ? 1 : fail(-EINVAL, "%s.%s: '%s' is not of the letters rwm", where, name, s);
}

static int parse_gids(struct json_object *o, const char *where, const char *name, struct spec_user *ret)
{
	struct json_object *list = NULL;
	int r = json_get_array(o, where, name, &list);
	size_t count;

	if (r <= 0)
		return r;
	count = json_object_array_length(list);
	if (count > ITEMS_MAX)
		return fail(-E2BIG, "%s.%s: more than %d entries", where, name, ITEMS_MAX);
	ret->additional_gids = xcalloc(count, sizeof *ret->additional_gids);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		int64_t gid = item && json_object_is_type(item, json_type_int) ? json_object_get_int64(item) : -1;

		if (gid < 0 || gid > UINT32_MAX)
			return fail(-EINVAL, "%s.%s[%zu]: it is no group id", where, name, i);
		ret->additional_gids[ret->additional_gid_count++] = (uint32_t)gid;
	}
	return 1;
}

static int parse_namespace(struct json_object *o, const char *where, struct spec_namespace *all)
{
	const char *type = NULL, *path = NULL;
	int r = json_get_str(o, where, "type", &type);

	if (r == 0)
		r = fail(-EINVAL, "%s.type: it is missing", where);
	if (r >= 0)
		r = json_get_str(o, where, "path", &path);
	if (r < 0)
		return r;
	for (size_t i = 0; i < SPEC_NS_COUNT; i++) {
		if (strcmp(type, spec_namespace_names[i]) != 0)
			continue;
		if (all[i].set)
			return fail(-EINVAL, "%s.type: there are two %s namespaces", where, type);
		all[i].set = true;
		all[i].path = path && *path ? xstrdup(path) : NULL;
		return 0;
	}
	return fail(-EINVAL, "%s.type: there is no namespace '%s'", where, type);
}

static int parse_namespaces(struct json_object *o, const char *where, const char *name, struct spec_namespace *all)
{
	struct json_object *list = NULL;
	int r = json_get_array(o, where, name, &list);

	for (size_t i = 0; r == 1 && i < json_object_array_length(list); i++) {
		char here[WHERE_MAX];
		int error;

		name_place(here, "%s.%s[%zu]", where, name, i);
		error = parse_namespace(json_object_array_get_idx(list, i), here, all);
		if (error < 0)
			return error;
	}
	return r;
}

static int parse_nested(struct json_object *o, const char *where, const struct spec_field *f, char *at)
{
	struct json_object *value = NULL;
	int r = f->kind == SPEC_OBJECTS ? json_get_array(o, where, f->name, &value) : json_get_object(o, where, f->name, &value);
	char here[WHERE_MAX];

	if (r <= 0)
		return r;
	name_place(here, "%s%s%s", where, *where ? "." : "", f->name);
	switch (f->kind) {
	case SPEC_OBJECT:
		r = parse_object(value, here, f->shape, at);
		break;
	case SPEC_OBJECTS:
		r = parse_list(value, here, f->shape, (struct list *)at);
		break;
	case SPEC_KEYED:
		r = parse_keyed(value, here, f->shape, (struct list *)at);
		break;
	default:
		r = parse_map(value, here, (struct spec_pairs *)at);
	}
	return r < 0 ? r : 1;
}

static int parse_string(struct json_object *o, const char *where, const char *name, char **ret)
{
	const char *s = NULL;
	int r = json_get_str(o, where, name, &s);

	if (r == 1)
		xreplace(ret, s);
	return r;
}

static int parse_i32(struct json_object *o, const char *where, const char *name, int32_t *ret)
{
	int64_t n = 0;
	int r = json_get_i64(o, where, name, &n);

	if (r == 1 && (n < INT32_MIN || n > INT32_MAX))
		return fail(-EINVAL, "%s.%s: it is out of range", where, name);
	if (r == 1)
		*ret = (int32_t)n;
	return r;
}

/* 1 when the member was there, 0 when not. */
static int parse_field(struct json_object *o, const char *where, const struct spec_field *f, char *at)
{
	int r;

	switch (f->kind) {
	case SPEC_STRING:
		return parse_string(o, where, f->name, (char **)at);
	case SPEC_STRINGS:
		return json_get_strv(o, where, f->name, (struct strv *)at);
	case SPEC_BOOL:
		return json_get_bool(o, where, f->name, (bool *)at);
	case SPEC_U32:
		return json_get_u32(o, where, f->name, (uint32_t *)at);
	case SPEC_I32:
		return parse_i32(o, where, f->name, (int32_t *)at);
	case SPEC_I64:
		return json_get_i64(o, where, f->name, (int64_t *)at);
	case SPEC_U64:
		return json_get_u64(o, where, f->name, (uint64_t *)at);
	case SPEC_OPT_I64:
		r = json_get_i64(o, where, f->name, &((struct opt_i64 *)at)->value);
		((struct opt_i64 *)at)->set = r == 1;
		return r;
	case SPEC_OPT_U64:
		r = json_get_u64(o, where, f->name, &((struct opt_u64 *)at)->value);
		((struct opt_u64 *)at)->set = r == 1;
		return r;
	case SPEC_OPT_BOOL:
		r = json_get_bool(o, where, f->name, &((struct opt_bool *)at)->value);
		((struct opt_bool *)at)->set = r == 1;
		return r;
	case SPEC_CAPABILITIES:
		return parse_capabilities(o, where, f->name, (uint64_t *)at);
	case SPEC_LETTER:
		return parse_letter(o, where, f->name, at);
	case SPEC_ACCESS:
		return parse_access(o, where, f->name, at);
	case SPEC_GIDS:
		return parse_gids(o, where, f->name, (struct spec_user *)(at - offsetof(struct spec_user, additional_gids)));
	case SPEC_NAMESPACES:
		return parse_namespaces(o, where, f->name, (struct spec_namespace *)at);
	default:
		return parse_nested(o, where, f, at);
	}
}

static int parse_object(struct json_object *o, const char *where, const struct spec_shape *shape, char *base)
{
	for (const struct spec_field *f = shape->fields; f->name; f++) {
		int r = parse_field(o, where, f, base + f->offset);

		if (r == 0 && f->flags & SPEC_REQUIRED && find_in_any_case(o, f->name))
			r = parse_field(o, where, f, base + f->offset);
		if (r == 0 && f->flags & SPEC_REQUIRED)
			r = fail(-EINVAL, "%s%s%s: it is missing", where, *where ? "." : "", f->name);
		if (r < 0)
			return r;
	}
	if (shape->set != SPEC_NO_SET)
		*(bool *)(base + shape->set) = true;
	return 0;
}

static int parse_top(struct json_object *o, const char *where, const struct spec_shape *shape, void *ret)
{
	if (!o || !json_object_is_type(o, json_type_object))
		return fail(-EINVAL, "%s: it is not an object", *where ? where : "config.json");
	return parse_object(o, where, shape, ret);
}

/*
 * linux.resources.pids.limit: 0 is a limit since runtime-spec 1.3.0. Before, it was how callers said that there is none, podman
 * for one; who only sends resources does not say which version they are of.
 */
static bool zero_is_a_limit(const char *version)
{
	uint64_t minor = 0;

	return version && *version++ == '1' && *version++ == '.' && number_take(&version, 10, &minor) == 0 && minor >= 3;
}

static void forget_zero(struct spec_resources *resources)
{
	if (resources->pids_limit.value == 0)
		resources->pids_limit.set = false;
}

int spec_parse(struct json_object *config, struct spec *ret)
{
	int r = parse_top(config, "", &spec_shape_config, ret);

	if (r == 0 && !zero_is_a_limit(ret->oci_version))
		forget_zero(&ret->linux_.resources);
	return r;
}

int spec_parse_process(struct json_object *process, struct spec_process *ret)
{
	return parse_top(process, "process", &spec_shape_process, ret);
}

int spec_parse_seccomp(struct json_object *seccomp, struct spec_seccomp *ret)
{
	return parse_top(seccomp, "linux.seccomp", &spec_shape_seccomp, ret);
}

int spec_parse_resources(struct json_object *resources, struct spec_resources *ret)
{
	int r = parse_top(resources, "linux.resources", &spec_shape_resources, ret);

	if (r == 0)
		forget_zero(ret);
	return r;
}
