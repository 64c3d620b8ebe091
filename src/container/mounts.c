/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mounts.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const propagations[] = { "private", "rprivate", "shared", "rshared", "slave", "rslave" };

static bool one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

const struct spec_mount *mounts_find(const struct spec_mounts *mounts, const char *destination)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (strcmp(mounts->items[i].destination, destination) == 0)
			return &mounts->items[i];
	return NULL;
}

void mounts_add(struct spec_mounts *ret, const char *type, const char *source, const char *destination, const char *const *options)
{
	struct spec_mount *m = spec_grow(ret);

	m->type = xstrdup(type);
	m->source = xstrdup(source);
	m->destination = xstrdup(destination);
	for (size_t i = 0; options[i]; i++)
		strv_add(&m->options, options[i]);
}

/* The clean destination in *@ret (caller frees); refuses what Docker refuses. */
static int check_destination(const char *option, const char *destination, const struct spec_mounts *already, char **ret)
{
	autofree char *clean = NULL;

	if (destination[0] != '/')
		return fail(-EINVAL, "invalid mount %s: invalid mount path: '%s' mount path must be absolute", option, destination);
	clean = path_clean(destination);
	if (strcmp(clean, "/") == 0)
		return fail(-EINVAL, "invalid mount %s: destination can't be '/'", option);
	if (mounts_find(already, clean))
		return fail(-EINVAL, "duplicate mount point: %s", clean);
	*ret = take(&clean);
	return 0;
}

struct bind {
	bool readonly, shallow;  /* shallow: only the mount itself, not what is mounted below it */
	bool shallow_readonly;   /* read-only without what is mounted below it */
	const char *propagation; /* NULL: rprivate */
};

static void add_bind(struct spec_mounts *ret, const char *source, const char *destination, const struct bind *b)
{
	/* rro: read-only with everything below it, as Docker since 25 (mount_setattr, Linux 5.12) */
	const char *readonly = b->shallow || b->shallow_readonly ? "ro" : "rro";
	const char *options[] = { b->shallow ? "bind" : "rbind", b->propagation ? b->propagation : "rprivate",
				  b->readonly ? readonly : "rw", NULL };

	mounts_add(ret, "bind", source, destination, options);
}

/* The table's own copy of @word, which outlives the option it was read from; NULL when it is none. */
static const char *propagation_named(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(propagations); i++)
		if (strcmp(word, propagations[i]) == 0)
			return propagations[i];
	return NULL;
}

/* The words after the second colon of -v. */
static int parse_mode(const char *option, const char *mode, struct bind *b)
{
	autostrv words = { 0 };

	strv_split(&words, mode, ',');
	for (size_t i = 0; i < words.count; i++) {
		const char *w = words.items[i];

		if (strcmp(w, "ro") == 0 || strcmp(w, "readonly") == 0)
			b->readonly = true;
		else if (strcmp(w, "bind-nonrecursive") == 0)
			b->shallow = true;
		else if (propagation_named(w))
			b->propagation = propagation_named(w);
		else if (strcmp(w, "rw") != 0 && strcmp(w, "z") != 0 && strcmp(w, "Z") != 0 && strcmp(w, "nocopy") != 0 &&
			 strcmp(w, "consistent") != 0 && strcmp(w, "cached") != 0 && strcmp(w, "delegated") != 0)
			return fail(-EINVAL, "invalid volume specification: '%s': invalid mode: %s", option, mode);
	}
	return 0;
}

/* The source of -v as an absolute path: "." and ".." count from the working directory, as with Docker since 23. */
static int absolute_source(const char *option, const char *source, char **ret)
{
	char here[PATH_MAX];
	autofree char *joined = NULL;

	if (source[0] == '/') {
		*ret = path_clean(source);
		return 0;
	}
	if (source[0] != '.')
		return fail(-ENOSYS, "-v %s: named volumes are not supported yet", option);
	if (!getcwd(here, sizeof here))
		return fail_errno("find the working directory");
	joined = path_join(here, source);
	*ret = path_clean(joined);
	return 0;
}

/* -v makes a missing directory on the host: so does Docker, and scripts count on it. */
static int make_source(const char *source)
{
	struct stat st;

	if (stat(source, &st) == 0)
		return 0;
	if (errno != ENOENT)
		return fail_errno("look at %s", source);
	return dir_make_all(AT_FDCWD, source, 0755);
}

static int add_volume(const char *option, struct spec_mounts *ret)
{
	autostrv parts = { 0 };
	autofree char *source = NULL, *destination = NULL;
	struct bind b = { 0 };
	int r;

	strv_split(&parts, option, ':');
	if (parts.count == 1)
		return fail(-ENOSYS, "-v %s: anonymous volumes are not supported yet", option);
	if (parts.count > 3)
		return fail(-EINVAL, "invalid volume specification: '%s': too many colons", option);
	if (!parts.items[0][0] || !parts.items[1][0])
		return fail(-EINVAL, "invalid volume specification: '%s': empty section between colons", option);
	r = check_destination(option, parts.items[1], ret, &destination);
	if (r == 0 && parts.count == 3)
		r = parse_mode(option, parts.items[2], &b);
	if (r == 0)
		r = absolute_source(option, parts.items[0], &source);
	if (r == 0)
		r = make_source(source);
	if (r < 0)
		return r;
	add_bind(ret, source, destination, &b);
	return 0;
}

/*
 * The words of --tmpfs TARGET:WORDS are tmpfs's own and mount(8)'s; Docker's defaults nosuid, nodev and noexec stay unless
 * the opposite is among them.
 */
static int add_tmpfs(const char *option, struct spec_mounts *ret)
{
	static const char *const flags[][2] = { { "nosuid", "suid" }, { "nodev", "dev" }, { "noexec", "exec" } };
	static const char *const known[] = {
		"ro",       "rw",         "nosuid",      "suid",          "nodev",    "dev",      "noexec",
		"exec",     "sync",       "async",       "atime",         "noatime",  "diratime", "nodiratime",
		"relatime", "norelatime", "strictatime", "nostrictatime", "rprivate", "private",  "rshared",
		"shared",   "rslave",     "slave",       "rbind",         "bind",
	};
	static const char *const valued[] = { "size=", "mode=", "uid=", "gid=", "nr_inodes=", "nr_blocks=", "mpol=", "huge=" };
	autostrv words = { 0 }, options = { 0 };
	const char *colon = strchr(option, ':');
	autofree char *target = xstrndup(option, colon ? (size_t)(colon - option) : strlen(option)), *destination = NULL;
	int r = check_destination(option, target, ret, &destination);

	if (r < 0)
		return r;
	if (colon && colon[1])
		strv_split(&words, colon + 1, ',');
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strv_contains(&words, flags[i][1]) && !strv_contains(&words, flags[i][0]))
			strv_add(&options, flags[i][0]);
	for (size_t i = 0; i < words.count; i++) {
		bool good = one_of(words.items[i], known, ARRAY_SIZE(known));

		for (size_t k = 0; k < ARRAY_SIZE(valued); k++)
			good |= strncmp(words.items[i], valued[k], strlen(valued[k])) == 0 && words.items[i][strlen(valued[k])];
		if (!good)
			return fail(-EINVAL, "invalid tmpfs option: \"%s\"", words.items[i]);
		strv_add(&options, words.items[i]);
	}
	mounts_add(ret, "tmpfs", "tmpfs", destination, (const char *const *)strv_array(&options));
	return 0;
}

/* --mount: what its keys said. */
struct request {
	const char *type, *source, *target, *tmpfs_mode;
	int64_t tmpfs_size;
	struct bind bind;
};

static int read_flag(const char *option, const char *key, const char *value, bool *ret)
{
	if (!value || strcmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*ret = true;
	else if (strcmp(value, "false") == 0 || strcmp(value, "0") == 0)
		*ret = false;
	else
		return fail(-EINVAL, "invalid argument \"%s\" for \"--mount\" flag: invalid value for %s: %s", option, key, value);
	return 0;
}

static int read_recursive(const char *option, const char *value, struct bind *b)
{
	if (strcmp(value, "enabled") == 0 || strcmp(value, "readonly") == 0)
		return 0;
	if (strcmp(value, "disabled") == 0)
		b->shallow = true;
	else if (strcmp(value, "writable") == 0)
		b->shallow_readonly = true;
	else
		return fail(-EINVAL, "invalid argument \"%s\" for \"--mount\" flag: invalid value for bind-recursive: %s", option,
			    value);
	return 0;
}

/* One key=value of --mount; @value NULL when there is no "=". */
static int read_key(const char *option, const char *key, const char *value, struct request *q)
{
	if (strcmp(key, "readonly") == 0 || strcmp(key, "ro") == 0)
		return read_flag(option, key, value, &q->bind.readonly);
	if (strcmp(key, "bind-nonrecursive") == 0)
		return read_flag(option, key, value, &q->bind.shallow);
	if (!value)
		return fail(-EINVAL, "invalid argument \"%s\" for \"--mount\" flag: invalid field '%s' must be a key=value pair",
			    option, key);
	if (strcmp(key, "type") == 0)
		q->type = value;
	else if (strcmp(key, "source") == 0 || strcmp(key, "src") == 0)
		q->source = value;
	else if (strcmp(key, "target") == 0 || strcmp(key, "dst") == 0 || strcmp(key, "destination") == 0)
		q->target = value;
	else if (strcmp(key, "bind-recursive") == 0)
		return read_recursive(option, value, &q->bind);
	else if (strcmp(key, "bind-propagation") == 0 && propagation_named(value))
		q->bind.propagation = propagation_named(value);
	else if (strcmp(key, "tmpfs-size") == 0 && number_size(value, false, &q->tmpfs_size) == 0)
		return 0;
	else if (strcmp(key, "tmpfs-mode") == 0 && value[0] && strspn(value, "01234567") == strlen(value) && strlen(value) <= 5)
		q->tmpfs_mode = value;
	else if (strcmp(key, "consistency") == 0)
		return 0; /* of Docker Desktop: without meaning on Linux, there as here */
	else if (strncmp(key, "volume-", 7) == 0 || strncmp(key, "image-", 6) == 0)
		return fail(-ENOSYS, "--mount %s: %s is not supported yet", option, key);
	else
		return fail(-EINVAL, "invalid argument \"%s\" for \"--mount\" flag: unexpected key '%s' in '%s=%s'", option, key,
			    key, value);
	return 0;
}

static int add_mount_bind(const char *option, const struct request *q, const char *destination, struct spec_mounts *ret)
{
	autofree char *source = NULL;
	int r;

	if (!q->source)
		return fail(-EINVAL, "invalid mount config for type \"bind\": field Source must not be empty");
	if (q->source[0] != '/' && q->source[0] != '.')
		return fail(-EINVAL, "invalid mount config for type \"bind\": invalid mount path: '%s' mount path must be absolute",
			    q->source);
	r = absolute_source(option, q->source, &source);
	if (r < 0)
		return r;
	if (access(source, F_OK) < 0)
		return fail(-errno, "invalid mount config for type \"bind\": bind source path does not exist: %s", source);
	add_bind(ret, source, destination, &q->bind);
	return 0;
}

static int add_mount_tmpfs(const struct request *q, const char *destination, struct spec_mounts *ret)
{
	autostrv options = { 0 };

	if (q->source)
		return fail(-EINVAL, "invalid mount config for type \"tmpfs\": field Source must not be specified");
	strv_add(&options, "nosuid");
	strv_add(&options, "nodev");
	strv_add(&options, "noexec");
	if (q->bind.readonly)
		strv_add(&options, "ro");
	if (q->tmpfs_size > 0)
		strv_add_format(&options, "size=%" PRId64, q->tmpfs_size);
	if (q->tmpfs_mode)
		strv_add_format(&options, "mode=%s", q->tmpfs_mode);
	mounts_add(ret, "tmpfs", "tmpfs", destination, (const char *const *)strv_array(&options));
	return 0;
}

static int add_mount(const char *option, struct spec_mounts *ret)
{
	autostrv fields = { 0 };
	autofree char *destination = NULL;
	struct request q = { .type = "volume" };
	int r = 0;

	strv_split(&fields, option, ',');
	for (size_t i = 0; r == 0 && i < fields.count; i++) {
		char *value = strchr(fields.items[i], '=');

		if (value)
			*value++ = '\0';
		r = read_key(option, fields.items[i], value, &q);
	}
	if (r < 0)
		return r;
	if (!q.target)
		return fail(-EINVAL, "invalid argument \"%s\" for \"--mount\" flag: target is required", option);
	r = check_destination(option, q.target, ret, &destination);
	if (r < 0)
		return r;
	if (strcmp(q.type, "bind") == 0)
		return add_mount_bind(option, &q, destination, ret);
	if (strcmp(q.type, "tmpfs") == 0)
		return add_mount_tmpfs(&q, destination, ret);
	if (one_of(q.type, (const char *const[]){ "volume", "image", "npipe", "cluster" }, 4))
		return fail(-ENOSYS, "--mount %s: mounts of type %s are not supported yet", option, q.type);
	return fail(-EINVAL, "invalid argument \"%s\" for \"--mount\" flag: mount type unknown: \"%s\"", option, q.type);
}

static size_t depth(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Insertion sort: it is stable, and nobody has many mounts. */
static void sort_by_depth(struct spec_mounts *mounts)
{
	for (size_t i = 1; i < mounts->count; i++) {
		struct spec_mount m = mounts->items[i];
		size_t k = i;

		for (; k > 0 && depth(mounts->items[k - 1].destination) > depth(m.destination); k--)
			mounts->items[k] = mounts->items[k - 1];
		mounts->items[k] = m;
	}
}

int mounts_from_options(const struct run_options *o, struct spec_mounts *ret)
{
	static const struct {
		size_t offset;
		int (*add)(const char *option, struct spec_mounts *ret);
	} kinds[] = {
		{ offsetof(struct run_options, volumes), add_volume },
		{ offsetof(struct run_options, mounts), add_mount },
		{ offsetof(struct run_options, tmpfs), add_tmpfs },
	};

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct strv *options = (const void *)((const char *)o + kinds[k].offset);

		for (size_t i = 0; i < options->count; i++) {
			int r = kinds[k].add(options->items[i], ret);

			if (r < 0)
				return r;
		}
	}
	sort_by_depth(ret);
	return 0;
}
