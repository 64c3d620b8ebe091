/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/random.h"
#include "container/event.h"
#include "container/volume_draft.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define JSON_LIMIT       (1 << 20)
#define NAME_LIMIT       255
#define ANONYMOUS_DIGITS 64

void volume_release(struct volume *v)
{
	free(v->name);
	strv_release(&v->labels);
	strv_release(&v->options);
	*v = (struct volume){ 0 };
}

int volume_check_name(const char *name)
{
	size_t len = strlen(name);
	bool good = isalnum((unsigned char)name[0]);

	if (len == 1)
		return fail(-EINVAL, "volume name is too short, names should be at least two alphanumeric characters");
	for (size_t i = 1; i < len; i++)
		good &= isalnum((unsigned char)name[i]) || strchr("_.-", name[i]);
	if (!good)
		return fail(-EINVAL,
			    "\"%s\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are "
			    "allowed. If you intended to pass a host directory, use absolute path",
			    name);
	return len > NAME_LIMIT ? fail(-EINVAL, "the volume name is longer than %d bytes", NAME_LIMIT) : 0;
}

int volume_check_driver(const char *driver)
{
	if (!driver || !*driver || strcmp(driver, VOLUME_DRIVER) == 0)
		return 0;
	return fail(-EINVAL, "error looking up volume plugin %s: plugin \"%s\" not found", driver, driver);
}

/* Docker's local driver wants type and device together, and both with o. */
int volume_check_options(const struct strv *options)
{
	static const char *const known[] = { "type", "device", "o" };
	bool given[ARRAY_SIZE(known)] = { false };

	for (size_t i = 0; i < options->count; i++) {
		const char *option = options->items[i];
		size_t len = strcspn(option, "="), k = 0;

		while (k < ARRAY_SIZE(known) && (strlen(known[k]) != len || strncmp(known[k], option, len) != 0))
			k++;
		if (k == ARRAY_SIZE(known) && len == 4 && strncmp(option, "size", 4) == 0)
			return fail(-EINVAL, "quota size requested but no quota support");
		if (k == ARRAY_SIZE(known))
			return fail(-EINVAL, "invalid option: \"%.*s\"", (int)len, option);
		given[k] = true;
	}
	for (size_t k = 0; k < 2; k++)
		if (!given[k] && (given[0] || given[1] || given[2]))
			return fail(-EINVAL, "missing required option: \"%s\"", known[k]);
	return 0;
}

char *volume_mountpoint(const struct store *s, const char *name)
{
	return xasprintf("%s/" VOLUMES "/%s/_data", s->root, name);
}

static void put_pairs(struct json_writer *w, const char *key, const struct strv *pairs)
{
	if (pairs->count == 0) {
		json_put_null(w, key);
		return;
	}
	json_begin_object(w, key);
	for (size_t i = 0; i < pairs->count; i++) {
		size_t len = strcspn(pairs->items[i], "=");
		autofree char *name = xstrndup(pairs->items[i], len);

		json_put_str(w, name, pairs->items[i][len] ? pairs->items[i] + len + 1 : "");
	}
	json_end_object(w);
}

void volume_write(const struct store *s, const struct volume *v, struct json_writer *w)
{
	autofree char *mountpoint = volume_mountpoint(s, v->name);
	char created[CLOCK_TEXT_MAX];

	json_begin_object(w, NULL);
	json_put_str(w, "CreatedAt", clock_format(v->created, created));
	json_put_str(w, "Driver", VOLUME_DRIVER);
	put_pairs(w, "Labels", &v->labels);
	json_put_str(w, "Mountpoint", mountpoint);
	json_put_str(w, "Name", v->name);
	put_pairs(w, "Options", &v->options);
	json_put_str(w, "Scope", "local");
	json_end_object(w);
}

static void read_pairs(struct json_object *o, struct strv *ret)
{
	if (!o || !json_object_is_type(o, json_type_object))
		return;
	json_object_object_foreach (o, key, value)
		strv_add_format(ret, "%s=%s", key, json_object_get_string(value));
}

/*
 * An anonymous volume is not synced, so a power cut may take its document: its data stays in reach all the same, for there is
 * nothing else in the document of one that nobody named.
 */
static bool is_remnant(const struct store *s, const char *name)
{
	autofree char *data = xasprintf(VOLUMES "/%s/_data", name);

	return strlen(name) == ANONYMOUS_DIGITS && strspn(name, "0123456789abcdef") == ANONYMOUS_DIGITS &&
	       faccessat(s->fd, data, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int volume_read(const struct store *s, const char *name, struct volume *ret)
{
	autofree char *path = xasprintf(VOLUMES "/%s/volume.json", name);
	autojson struct json_object *o = NULL;
	const char *created = NULL;
	struct volume v = { 0 };
	int r;

	if (volume_check_name(name) < 0)
		return -ENOENT;
	r = json_read(s->fd, path, JSON_LIMIT, &o);
	if (r < 0 && !is_remnant(s, name))
		return r;
	v.name = xstrdup(name);
	if (r < 0) {
		strv_add(&v.labels, VOLUME_ANONYMOUS "=");
		*ret = v;
		return 0;
	}
	if (json_get_str(o, path, "CreatedAt", &created) == 1)
		(void)clock_parse(created, &v.created);
	read_pairs(json_get(o, "Labels"), &v.labels);
	read_pairs(json_get(o, "Options"), &v.options);
	*ret = v;
	return 0;
}

struct each {
	const struct store *store;
	int (*visit)(const struct volume *v, void *data);
	void *data;
};

static int visit_one(int fd, const char *name, void *data)
{
	const struct each *each = data;
	autocall(volume_release) struct volume v = { 0 };

	(void)fd;
	return *name == '.' || volume_read(each->store, name, &v) < 0 ? 0 : each->visit(&v, each->data);
}

int volume_each(const struct store *s, int (*visit)(const struct volume *v, void *data), void *data)
{
	struct each each = { s, visit, data };
	int r = dir_each(s->fd, VOLUMES, visit_one, &each);

	return r == -ENOENT ? 0 : r;
}

/* All of it, in the draft's directory. */
static int fill_draft(const struct store *s, const struct volume_draft *d, const struct volume *v, bool durable)
{
	autobuf text = BUF_INIT;
	struct json_writer w;
	int r;

	/* the umask is the user's, the volume is the containers' */
	if (mkdirat(d->fd, "_data", 0755) < 0 || fchmodat(d->fd, "_data", 0755, 0) < 0 || mkdirat(d->fd, "users", 0700) < 0)
		return fail_errno("create the volume");
	json_writer_init(&w, &text, true);
	volume_write(s, v, &w);
	buf_add_char(&text, '\n');
	r = file_write(d->fd, "volume.json", text.data, text.len, 0600, durable ? FILE_DURABLE : FILE_VOLATILE);
	return r < 0 ? fail_while(r, "create the volume") : 0;
}

static int make(const struct store *s, const struct volume_request *q, const struct volume *v)
{
	autocall(volume_draft_drop) struct volume_draft d = VOLUME_DRAFT_NONE;
	int r = volume_draft_begin(s, &d);

	if (r == 0)
		r = fill_draft(s, &d, v, q->durable);
	return r == 0 ? volume_draft_commit(&d, v->name, q->durable) : r;
}

static bool exists(const struct store *s, const char *name)
{
	autofree char *path = xasprintf(VOLUMES "/%s", name);

	return faccessat(s->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void add_labels(struct volume *v, const struct strv *labels)
{
	for (size_t i = 0; labels && i < labels->count; i++) {
		autofree char *full = xasprintf("%s%s", labels->items[i], strchr(labels->items[i], '=') ? "" : "=");

		strv_env_set(&v->labels, full);
	}
}

void volume_event(const struct home *home, const char *action, const char *name)
{
	static const char *const more[] = { "driver", VOLUME_DRIVER, NULL };
	struct event e = { .type = "volume", .action = action, .id = name, .more = more };

	event_add(home, &e);
}

int volume_create(const struct home *home, const struct volume_request *q, char **ret_name)
{
	autocall(volume_release) struct volume v = { .created = clock_now() };
	const struct store *s = home->store;
	bool named = q->name && *q->name, there;
	char digits[ANONYMOUS_DIGITS + 1];
	int r = named ? volume_check_name(q->name) : 0;

	if (r == 0 && q->options)
		r = volume_check_options(q->options);
	if (r < 0)
		return r;
	random_hex(digits, ANONYMOUS_DIGITS);
	v.name = xstrdup(named ? q->name : digits);
	add_labels(&v, q->labels);
	if (!named || q->anonymous)
		strv_env_set(&v.labels, VOLUME_ANONYMOUS "=");
	if (q->options)
		strv_add_all(&v.options, q->options);
	volume_draft_sweep(s);
	there = exists(s, v.name);
	if (!there)
		r = make(s, q, &v);
	if (r < 0 && r != -EEXIST)
		return r;
	if (!there && r == 0)
		volume_event(home, "create", v.name);
	*ret_name = take(&v.name);
	return 0;
}
