/* SPDX-License-Identifier: Apache-2.0 */
/* --mount: fields of comma separated values, by type */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "container/mount_option.h"
#include "container/volume.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

/* What one --mount says. Strings are borrowed from the fields. */
struct mount_ask {
	const char *type, *source, *target, *recursive, *subpath, *driver;
	bool bind_key, volume_key, image_key, tmpfs_key;
	bool size_set, mode_set;
	int64_t size;
	uint32_t mode;
	struct mount_point *point; /* what needs no checking against other fields goes there at once */
};

static int parse_truth(const char *key, const char *value, bool *ret)
{
	if (!value || !strcmp(value, "true") || !strcmp(value, "1"))
		*ret = true;
	else if (!strcmp(value, "false") || !strcmp(value, "0"))
		*ret = false;
	else
		return fail(-EINVAL, "invalid value for %s: %s", key, value);
	return 0;
}

/* Docker's: the owner of the source is seen as the container's user, or as another one in the container. */
static int parse_idmap(struct mount_point *p, const char *value)
{
	static const char match[] = "match-user";
	const size_t len = sizeof match - 1;

	if (value && !strcmp(value, "userns"))
		return fail(-EINVAL, "bind-idmap=userns requires a private user namespace, which the container does not have");
	if (value && (strncmp(value, match, len) != 0 || (value[len] && value[len] != ':')))
		return fail(-EINVAL,
			    "invalid value for 'bind-idmap': \"%s\" (must be \"match-user\", \"match-user:USER\", or \"userns\")",
			    value);
	if (value && !strcmp(value + len, ":"))
		return fail(-EINVAL, "invalid value for 'bind-idmap': \"%s\" (empty user after \"match-user:\")", value);
	xreplace(&p->match_user, value && value[len] ? value + len + 1 : "");
	return 0;
}

static int parse_bind_key(struct mount_ask *ask, const char *key, const char *value)
{
	static const char *const recursions[] = { "enabled", "disabled", "writable", "readonly", NULL };
	bool plain;
	int r;

	ask->bind_key = true;
	if (!strcmp(key, "bind-idmap"))
		return parse_idmap(ask->point, value);
	if (!strcmp(key, "bind-propagation")) {
		ask->point->propagation = mount_propagation(value);
		return ask->point->propagation ? 0 : fail(-EINVAL, "invalid propagation mode: %s", value);
	}
	if (!strcmp(key, "bind-create-src"))
		return parse_truth(key, value, &ask->point->create_source);
	if (!strcmp(key, "bind-recursive")) {
		if (!is_one_of(value, recursions))
			return fail(
				-EINVAL,
				"invalid value for bind-recursive: %s (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")",
				value);
		ask->recursive = value;
		return 0;
	}
	r = parse_truth(key, value, &plain); /* bind-nonrecursive, the older word */
	if (r == 0 && plain)
		ask->recursive = "disabled";
	return r;
}

static int parse_volume_key(struct mount_ask *ask, const char *key, const char *value)
{
	ask->volume_key = true;
	if (!strcmp(key, "volume-nocopy"))
		return parse_truth(key, value, &ask->point->no_copy);
	if (!strcmp(key, "volume-driver"))
		ask->driver = value;
	else if (!strcmp(key, "volume-subpath"))
		ask->subpath = value;
	else if (!strcmp(key, "volume-label"))
		strv_add(&ask->point->labels, value);
	else if (!strchr(value, '='))
		return fail(-EINVAL, "invalid field '%s' for volume option: must be a key=value pair", value);
	else
		strv_add(&ask->point->driver_options, value);
	return 0;
}

static int parse_tmpfs_key(struct mount_ask *ask, const char *key, const char *value)
{
	ask->tmpfs_key = true;
	if (!strcmp(key, "tmpfs-size")) {
		ask->size_set = true;
		if (number_size(value, 0, &ask->size) < 0)
			return fail(-EINVAL, "invalid value for %s: %s", key, value);
		return 0;
	}
	ask->mode_set = true;
	if (number_octal(value, &ask->mode) < 0 || ask->mode > 07777)
		return fail(-EINVAL, "invalid value for %s: %s", key, value);
	return 0;
}

/* The keys that belong to one type. -ENOENT when it is none of them. */
static int parse_typed_key(struct mount_ask *ask, const char *key, const char *value)
{
	static const char *const bind[] = { "bind-propagation", "bind-recursive", "bind-nonrecursive",
					    "bind-create-src",  "bind-idmap",     NULL };
	static const char *const volume[] = {
		"volume-nocopy", "volume-driver", "volume-subpath", "volume-label", "volume-opt", NULL
	};

	if (is_one_of(key, bind))
		return parse_bind_key(ask, key, value);
	if (is_one_of(key, volume))
		return parse_volume_key(ask, key, value);
	if (!strcmp(key, "tmpfs-size") || !strcmp(key, "tmpfs-mode"))
		return parse_tmpfs_key(ask, key, value);
	if (strcmp(key, "image-subpath") != 0)
		return -ENOENT;
	ask->image_key = true;
	ask->subpath = value;
	return 0;
}

static void lower(char *text)
{
	for (char *p = text; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
}

static int parse_field(struct mount_ask *ask, const char *field, char *key, char *value)
{
	static const char *const words[] = { "type", "consistency", "bind-propagation", NULL };
	static const char *const bare[] = { "readonly",      "ro", "bind-nonrecursive", "bind-create-src", "bind-idmap",
					    "volume-nocopy", NULL };
	static const char *const consistency[] = { "default", "consistent", "cached", "delegated", NULL };
	int r;

	lower(key);
	if (!value && !is_one_of(key, bare))
		return fail(-EINVAL, "invalid field '%s' must be a key=value pair", field);
	if (value && value[strspn(value, " ")] == '\0')
		return fail(-EINVAL, "invalid value for '%s': value is empty", key);
	if (is_one_of(key, words))
		lower(value);
	if (!strcmp(key, "type")) {
		ask->type = value;
	} else if (!strcmp(key, "source") || !strcmp(key, "src")) {
		ask->source = value;
	} else if (!strcmp(key, "target") || !strcmp(key, "dst") || !strcmp(key, "destination")) {
		ask->target = value;
	} else if (!strcmp(key, "readonly") || !strcmp(key, "ro")) {
		return parse_truth(key, value, &ask->point->read_only);
	} else if (!strcmp(key, "consistency")) {
		if (!is_one_of(value, consistency))
			return fail(-EINVAL, "invalid value for %s: %s", key, value);
	} else {
		r = parse_typed_key(ask, key, value);
		return r == -ENOENT ? fail(-EINVAL, "unexpected key '%s' in '%s'", key, field) : r;
	}
	return 0;
}

static int finish_bind(const struct mount_ask *ask, struct mount_point *p)
{
	const char *recursive = ask->recursive ? ask->recursive : "enabled";
	int r;

	if (!ask->source || !*ask->source)
		return fail(-EINVAL, "invalid mount config for type \"bind\": field Source must not be empty");
	if ((!strcmp(recursive, "readonly") || !strcmp(recursive, "writable")) && !p->read_only)
		return fail(-EINVAL, "option 'bind-recursive=%s' requires 'readonly' to be specified in conjunction", recursive);
	if (!strcmp(recursive, "readonly") && (!p->propagation || strcmp(p->propagation, "rprivate") != 0))
		return fail(-EINVAL,
			    "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction");
	r = mount_point_set_source(p, ask->source);
	if (r < 0)
		return fail_while(r, "invalid mount config for type \"bind\"");
	mount_point_set_bind(p, strcmp(recursive, "disabled") != 0, strcmp(recursive, "writable") != 0);
	return 0;
}

static int finish_tmpfs(const struct mount_ask *ask, struct mount_point *p)
{
	if (ask->source)
		return fail(-EINVAL, "invalid mount config for type \"tmpfs\": field Source must not be specified");
	mount_option_set_tmpfs(p);
	if (p->read_only)
		strv_add(&p->spec.options, "ro");
	if (ask->size_set && ask->size)
		strv_add_format(&p->spec.options, "size=%" PRId64, ask->size);
	if (ask->mode_set)
		strv_add_format(&p->spec.options, "mode=%04o", ask->mode);
	return 0;
}

/* Docker's rule is Go's filepath.IsLocal: it stays below, as text; what links make of it is the runtime's matter. */
static int set_subpath(const struct mount_ask *ask, struct mount_point *p, const char *of)
{
	autofree char *clean = NULL;

	if (!ask->subpath || !*ask->subpath)
		return 0;
	clean = path_clean(ask->subpath);
	if (*clean == '/' || !strcmp(clean, "..") || !strncmp(clean, "../", 3))
		return fail(-EINVAL, "invalid mount config for type \"%s\": subpath must be a relative path within the %s", of, of);
	p->subpath = take(&clean);
	return 0;
}

static int finish_volume(const struct mount_ask *ask, struct mount_point *p)
{
	int r = volume_check_driver(ask->driver);

	p->kind = MOUNT_POINT_VOLUME;
	if (r == 0 && ask->source && *ask->source) {
		r = volume_check_name(ask->source);
		p->name = xstrdup(ask->source);
	} else if (r == 0 && ask->subpath) {
		r = fail(-EINVAL, "invalid mount config for type \"volume\": must not set Subpath when using anonymous volumes");
	}
	if (r == 0)
		r = volume_check_options(&p->driver_options);
	return r == 0 ? set_subpath(ask, p, "volume") : r;
}

static int finish_image(const struct mount_ask *ask, struct mount_point *p)
{
	if (!ask->source || !*ask->source)
		return fail(-EINVAL, "invalid mount config for type \"image\": field Source must not be empty");
	p->kind = MOUNT_POINT_IMAGE;
	p->name = xstrdup(ask->source);
	p->read_only = true; /* layers are shared */
	return set_subpath(ask, p, "image");
}

/* By type; the last member says that one of the type's own keys was given. */
static int finish_mount(const struct mount_ask *ask, struct mount_point *p)
{
	const struct {
		const char *type;
		int (*finish)(const struct mount_ask *ask, struct mount_point *p);
		bool key;
	} types[] = {
		{ "volume", finish_volume, ask->volume_key },
		{ "bind", finish_bind, ask->bind_key },
		{ "tmpfs", finish_tmpfs, ask->tmpfs_key },
		{ "image", finish_image, ask->image_key },
	};
	const char *type = ask->type ? ask->type : "volume";
	size_t which = ARRAY_SIZE(types);
	int r;

	if (!*type)
		return fail(-EINVAL, "type is required");
	if (!ask->target || !*ask->target)
		return fail(-EINVAL, "target is required");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].type, type) == 0)
			which = i;
		else if (types[i].key)
			return fail(-EINVAL, "cannot mix '%s-*' options with mount type '%s'", types[i].type, type);
	}
	r = mount_point_set_target(p, ask->target);
	if (r < 0)
		return fail_while(r, "invalid mount config for type \"%s\"", type);
	if (which == ARRAY_SIZE(types))
		return fail(-EINVAL, "mount type unknown: \"%s\"", type);
	return types[which].finish(ask, p);
}

int mount_option_mount(const char *text, struct mount_point *ret)
{
	autocall(mount_point_release) struct mount_point p = { 0 };
	autostrv fields = { 0 }, words = { 0 };
	struct mount_ask ask = { .point = &p };
	int r;

	if (!*text)
		return fail(-EINVAL, "value is empty");
	r = strv_split_fields(&fields, text);
	/* words: key and value of each field, alive as long as ask borrows from them */
	for (size_t i = 0; r == 0 && i < fields.count; i++) {
		char *field = fields.items[i], *equals = strchr(field, '=');

		strv_add_owned(&words, equals ? xstrndup(field, (size_t)(equals - field)) : xstrdup(field));
		r = parse_field(&ask, field, words.items[i], equals ? equals + 1 : NULL);
	}
	if (r == 0)
		r = finish_mount(&ask, &p);
	return r < 0 ? r : mount_option_done(&p, ret);
}
