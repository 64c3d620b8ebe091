/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mount_option.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

void mount_option_release(struct mount_option *v)
{
	free(v->mount.destination);
	free(v->mount.source);
	free(v->mount.type);
	strv_release(&v->mount.options);
	memset(v, 0, sizeof *v);
}
#define automount __attribute__((cleanup(mount_option_release))) struct mount_option

/* Hands the finished value over, or drops it when the caller only checks. */
static int hand_over(struct mount_option *v, struct mount_option *ret)
{
	if (ret) {
		*ret = *v;
		memset(v, 0, sizeof *v);
	}
	return 0;
}

static const char *const propagations[] = { "private", "rprivate", "slave", "rslave", "shared", "rshared", NULL };

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

static int set_target(struct mount_option *v, const char *target)
{
	autofree char *clean = NULL;

	if (*target != '/')
		return fail(-EINVAL, "invalid mount path: '%s': mount path must be absolute", target);
	clean = path_clean(target);
	if (strlen(clean) >= PATH_MAX)
		return fail(-EINVAL, "invalid mount path: it is longer than %d bytes", PATH_MAX - 1);
	if (!clean[1])
		return fail(-EINVAL, "invalid specification: destination can't be '/'");
	v->mount.destination = take(&clean);
	return 0;
}

/* An absolute source, or one that begins with "." and counts from here, as Docker's client resolves it. */
static int set_source(struct mount_option *v, const char *source)
{
	autofree char *here = NULL, *joined = NULL;

	if (*source == '.') {
		here = getcwd(NULL, 0);
		if (!here)
			return fail_errno("find the current directory for %s", source);
		joined = path_join(here, source);
		source = joined;
	}
	if (*source != '/')
		return fail(-EINVAL, "invalid mount path: '%s': mount path must be absolute", source);
	if (strlen(source) >= PATH_MAX)
		return fail(-EINVAL, "invalid mount path: it is longer than %d bytes", PATH_MAX - 1);
	v->mount.source = path_clean(source);
	return 0;
}

/*
 * The options of a bind. Read-only means all that is mounted below the source, too (rro, Docker since 25), unless only the
 * top was asked for.
 */
static void set_bind(struct mount_option *v, bool recursive, bool read_only, bool read_only_below, const char *propagation)
{
	v->mount.type = xstrdup("bind");
	strv_add(&v->mount.options, recursive ? "rbind" : "bind");
	if (read_only)
		strv_add(&v->mount.options, recursive && read_only_below ? "rro" : "ro");
	strv_add(&v->mount.options, propagation ? propagation : "rprivate");
}

static int parse_volume_mode(const char *mode, const char *text, bool *ret_read_only, const char **ret_propagation)
{
	/* each kind of word at most once; what concerns SELinux and macOS has no effect here, as in Docker without them */
	static const char *const access[] = { "ro", "rw", NULL }, *const labels[] = { "z", "Z", NULL };
	static const char *const consistency[] = { "consistent", "cached", "delegated", NULL };
	const char *const *const kinds[] = { access, labels, consistency, propagations };
	bool seen[ARRAY_SIZE(kinds)] = { false };
	autostrv words = { 0 };

	strv_split(&words, mode, ',');
	for (size_t i = 0; i < words.count; i++) {
		const char *word = words.items[i];
		size_t kind = 0;

		while (kind < ARRAY_SIZE(kinds) && !is_one_of(word, kinds[kind]))
			kind++;
		if (kind == ARRAY_SIZE(kinds) || seen[kind])
			return fail(-EINVAL, "invalid volume specification: '%s': invalid mode: %s", text, mode);
		seen[kind] = true;
		if (kinds[kind] == access)
			*ret_read_only = !strcmp(word, "ro");
		for (size_t j = 0; kinds[kind] == propagations && propagations[j]; j++)
			if (!strcmp(propagations[j], word))
				*ret_propagation = propagations[j];
	}
	return 0;
}

int mount_option_volume(const char *text, struct mount_option *ret)
{
	automount v = { .create_source = true };
	autostrv parts = { 0 };
	const char *propagation = NULL;
	bool read_only = false;
	int r;

	if (!*text)
		return fail(-EINVAL, "invalid empty volume spec");
	strv_split(&parts, text, ':');
	if (parts.count > 3)
		return fail(-EINVAL, "invalid spec: %s: too many colons", text);
	for (size_t i = 0; i < parts.count; i++)
		if (!*parts.items[i])
			return fail(-EINVAL, "invalid spec: %s: empty section between colons", text);
	if (parts.count == 1 || (parts.items[0][0] != '/' && parts.items[0][0] != '.'))
		return fail(-ENOSYS, "%s volumes are not supported yet: name a directory of the host, as in /srv/data:/data",
			    parts.count == 1 ? "anonymous" : "named");
	r = set_source(&v, parts.items[0]);
	if (r < 0)
		return r;
	r = set_target(&v, parts.items[1]);
	if (r < 0)
		return fail_while(r, "invalid volume specification: '%s'", text);
	if (parts.count == 3)
		r = parse_volume_mode(parts.items[2], text, &read_only, &propagation);
	if (r < 0)
		return r;
	set_bind(&v, true, read_only, true, propagation);
	return hand_over(&v, ret);
}

/* ---- tmpfs ------------------------------------------------------------------------------------------------------ */

/* Words of mount(8) for a tmpfs: each replaces its opposite. */
static const char *const tmpfs_words[][2] = {
	{ "rw", "ro" },
	{ "exec", "noexec" },
	{ "suid", "nosuid" },
	{ "dev", "nodev" },
	{ "async", "sync" },
	{ "atime", "noatime" },
	{ "diratime", "nodiratime" },
	{ "norelatime", "relatime" },
	{ "nostrictatime", "strictatime" },
};
static const char *const tmpfs_values[] = { "size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", NULL };

static void remove_word(struct strv *options, const char *word, size_t len)
{
	for (size_t i = options->count; i-- > 0;)
		if (!strncmp(options->items[i], word, len) && (!options->items[i][len] || options->items[i][len] == '='))
			strv_remove(options, i);
}

/* Adds one word to the options so that the last one given wins; the kernel's own defaults are left out. */
static int add_tmpfs_word(struct strv *options, const char *word)
{
	const char *equals = strchr(word, '=');

	for (size_t i = 0; !equals && i < ARRAY_SIZE(tmpfs_words); i++) {
		bool second = !strcmp(word, tmpfs_words[i][1]);

		if (!second && strcmp(word, tmpfs_words[i][0]) != 0)
			continue;
		remove_word(options, tmpfs_words[i][1], strlen(tmpfs_words[i][1]));
		if (second)
			strv_add(options, word);
		return 0;
	}
	for (const char *const *name = tmpfs_values; equals && equals[1] && *name; name++)
		if (strlen(*name) == (size_t)(equals - word) && !strncmp(word, *name, strlen(*name))) {
			remove_word(options, *name, strlen(*name));
			strv_add(options, word);
			return 0;
		}
	return fail(-EINVAL, "invalid tmpfs option \"%s\"", word);
}

static void set_tmpfs(struct mount_option *v)
{
	static const char *const safe[] = { "noexec", "nosuid", "nodev" };

	v->mount.type = xstrdup("tmpfs");
	v->mount.source = xstrdup("tmpfs");
	for (size_t i = 0; i < ARRAY_SIZE(safe); i++)
		strv_add(&v->mount.options, safe[i]);
}

int mount_option_tmpfs(const char *text, struct mount_option *ret)
{
	automount v = { 0 };
	autofree char *target = NULL;
	const char *colon = strchrnul(text, ':');
	autostrv words = { 0 };
	int r;

	target = xstrndup(text, (size_t)(colon - text));
	r = set_target(&v, target);
	if (r < 0)
		return r;
	set_tmpfs(&v);
	if (*colon)
		strv_split(&words, colon + 1, ',');
	for (size_t i = 0; r == 0 && i < words.count; i++)
		if (*words.items[i])
			r = add_tmpfs_word(&v.mount.options, words.items[i]);
	return r < 0 ? r : hand_over(&v, ret);
}

/* ---- --mount ---------------------------------------------------------------------------------------------------- */

/* What one --mount says. Strings are borrowed from the fields. */
struct mount_ask {
	const char *type, *source, *target, *propagation, *recursive;
	bool read_only, bind_key, volume_key, tmpfs_key;
	bool size_set, mode_set;
	int64_t size;
	uint32_t mode;
};

/* One record of comma separated values: "a,b" in quotes is one field, "" in quotes is a quote. */
static int split_fields(const char *text, struct strv *ret)
{
	autobuf field = BUF_INIT;
	bool quoted = false;

	for (const char *p = text;; p++) {
		if (quoted && !*p)
			return fail(-EINVAL, "a quoted field does not end");
		if (*p == '"' && quoted && p[1] == '"') {
			buf_add_char(&field, '"');
			p++;
		} else if (*p == '"' && (quoted || !field.len)) {
			quoted = !quoted;
			if (!quoted && p[1] && p[1] != ',')
				return fail(-EINVAL, "something follows a quoted field");
		} else if (*p == '"') {
			return fail(-EINVAL, "a quote stands inside a field that is not quoted");
		} else if (!*p || (*p == ',' && !quoted)) {
			strv_add(ret, field.data);
			buf_clear(&field);
			if (!*p)
				return 0;
		} else {
			buf_add_char(&field, *p);
		}
	}
}

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

static int parse_bind_key(struct mount_ask *ask, const char *key, const char *value)
{
	static const char *const recursions[] = { "enabled", "disabled", "writable", "readonly", NULL };
	bool plain;
	int r;

	ask->bind_key = true;
	if (!strcmp(key, "bind-propagation")) {
		if (!is_one_of(value, propagations))
			return fail(-EINVAL, "invalid propagation mode: %s", value);
		ask->propagation = value;
		return 0;
	}
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

static int parse_field(struct mount_ask *ask, const char *field, char *key, const char *value)
{
	static const char *const bare[] = { "readonly", "ro", "bind-nonrecursive", "volume-nocopy", NULL };
	static const char *const consistency[] = { "default", "consistent", "cached", "delegated", NULL };

	for (char *p = key; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	if (!value && !is_one_of(key, bare))
		return fail(-EINVAL, "invalid field '%s' must be a key=value pair", field);
	if (!strcmp(key, "type")) {
		ask->type = value;
	} else if (!strcmp(key, "source") || !strcmp(key, "src")) {
		ask->source = value;
	} else if (!strcmp(key, "target") || !strcmp(key, "dst") || !strcmp(key, "destination")) {
		ask->target = value;
	} else if (!strcmp(key, "readonly") || !strcmp(key, "ro")) {
		return parse_truth(key, value, &ask->read_only);
	} else if (!strcmp(key, "consistency")) {
		if (!is_one_of(value, consistency))
			return fail(-EINVAL, "invalid value for %s: %s", key, value);
	} else if (!strcmp(key, "bind-propagation") || !strcmp(key, "bind-recursive") || !strcmp(key, "bind-nonrecursive")) {
		return parse_bind_key(ask, key, value);
	} else if (!strcmp(key, "tmpfs-size") || !strcmp(key, "tmpfs-mode")) {
		return parse_tmpfs_key(ask, key, value);
	} else if (!strncmp(key, "volume-", 7)) {
		ask->volume_key = true;
	} else {
		return fail(-EINVAL, "unexpected key '%s' in '%s'", key, field);
	}
	return 0;
}

static int finish_bind(const struct mount_ask *ask, struct mount_option *v)
{
	const char *recursive = ask->recursive ? ask->recursive : "enabled";
	int r;

	if (!ask->source || !*ask->source)
		return fail(-EINVAL, "invalid mount config for type \"bind\": field Source must not be empty");
	if (!strcmp(recursive, "readonly") && !ask->read_only)
		return fail(-EINVAL, "option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction");
	if (!strcmp(recursive, "readonly") && (!ask->propagation || strcmp(ask->propagation, "rprivate") != 0))
		return fail(-EINVAL,
			    "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction");
	r = set_source(v, ask->source);
	if (r < 0)
		return fail_while(r, "invalid mount config for type \"bind\"");
	set_bind(v, strcmp(recursive, "disabled") != 0, ask->read_only, strcmp(recursive, "writable") != 0, ask->propagation);
	return 0;
}

static int finish_tmpfs(const struct mount_ask *ask, struct mount_option *v)
{
	if (ask->source)
		return fail(-EINVAL, "invalid mount config for type \"tmpfs\": field Source must not be specified");
	set_tmpfs(v);
	if (ask->read_only)
		strv_add(&v->mount.options, "ro");
	if (ask->size_set && ask->size)
		strv_add_format(&v->mount.options, "size=%" PRId64, ask->size);
	if (ask->mode_set)
		strv_add_format(&v->mount.options, "mode=%04o", ask->mode);
	return 0;
}

static int finish_mount(const struct mount_ask *ask, struct mount_option *v)
{
	static const char *const known[] = { "volume", "image", "npipe", "cluster", NULL };
	const char *type = ask->type ? ask->type : "volume";
	const char *mixed = NULL;
	int r;

	if (!*type)
		return fail(-EINVAL, "type is required");
	if (!ask->target || !*ask->target)
		return fail(-EINVAL, "target is required");
	if (ask->volume_key && strcmp(type, "volume") != 0)
		mixed = "volume";
	else if (ask->bind_key && strcmp(type, "bind") != 0)
		mixed = "bind";
	else if (ask->tmpfs_key && strcmp(type, "tmpfs") != 0)
		mixed = "tmpfs";
	if (mixed)
		return fail(-EINVAL, "cannot mix '%s-*' options with mount type '%s'", mixed, type);
	r = set_target(v, ask->target);
	if (r < 0)
		return fail_while(r, "invalid mount config for type \"%s\"", type);
	if (!strcmp(type, "bind"))
		return finish_bind(ask, v);
	if (!strcmp(type, "tmpfs"))
		return finish_tmpfs(ask, v);
	if (is_one_of(type, known))
		return fail(-ENOSYS, "mounts of type %s are not supported yet", type);
	return fail(-EINVAL, "mount type unknown: \"%s\"", type);
}

int mount_option_mount(const char *text, struct mount_option *ret)
{
	automount v = { 0 };
	autostrv fields = { 0 }, words = { 0 };
	struct mount_ask ask = { 0 };
	int r;

	if (!*text)
		return fail(-EINVAL, "value is empty");
	r = split_fields(text, &fields);
	/* words: key and value of each field, alive as long as ask borrows from them */
	for (size_t i = 0; r == 0 && i < fields.count; i++) {
		const char *field = fields.items[i], *equals = strchr(field, '=');

		strv_add_owned(&words, equals ? xstrndup(field, (size_t)(equals - field)) : xstrdup(field));
		r = parse_field(&ask, field, words.items[i], equals ? equals + 1 : NULL);
	}
	if (r == 0)
		r = finish_mount(&ask, &v);
	return r < 0 ? r : hand_over(&v, ret);
}
