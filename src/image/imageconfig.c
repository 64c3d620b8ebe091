/* SPDX-License-Identifier: Apache-2.0 */
#include "image/imageconfig.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "image/digest.h"

#include <errno.h>
#include <json-c/linkhash.h>
#include <string.h>

#define WHERE "image config"

/* Members that are one string; where it is missing the field keeps NULL. */
static const struct {
	const char *key;
	size_t field;
} outer_strings[] = {
	{ "created", offsetof(struct imageconfig, created) }, { "author", offsetof(struct imageconfig, author) },
	{ "architecture", offsetof(struct imageconfig, architecture) }, { "os", offsetof(struct imageconfig, os) },
	{ "variant", offsetof(struct imageconfig, variant) },
}, inner_strings[] = {
	{ "WorkingDir", offsetof(struct imageconfig, working_dir) }, { "User", offsetof(struct imageconfig, user) },
	{ "StopSignal", offsetof(struct imageconfig, stop_signal) },
}, history_strings[] = {
	{ "created", offsetof(struct imageconfig_history, created) },
	{ "created_by", offsetof(struct imageconfig_history, created_by) },
	{ "author", offsetof(struct imageconfig_history, author) },
	{ "comment", offsetof(struct imageconfig_history, comment) },
};

static char **string_at(void *base, size_t field)
{
	return (char **)((char *)base + field);
}

static void release_history(struct imageconfig *c)
{
	for (size_t i = 0; i < c->history_count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(history_strings); k++)
			free(*string_at(&c->history[i], history_strings[k].field));
	free(c->history);
}

void imageconfig_release(struct imageconfig *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(outer_strings); i++)
		free(*string_at(c, outer_strings[i].field));
	for (size_t i = 0; i < ARRAY_SIZE(inner_strings); i++)
		free(*string_at(c, inner_strings[i].field));
	strv_release(&c->entrypoint);
	strv_release(&c->cmd);
	strv_release(&c->shell);
	strv_release(&c->env);
	strv_release(&c->exposed_ports);
	strv_release(&c->volumes);
	strv_release(&c->labels);
	strv_release(&c->on_build);
	strv_release(&c->healthcheck.test);
	strv_release(&c->diff_ids);
	release_history(c);
	memset(c, 0, sizeof *c);
}

static int read_string(struct json_object *o, const char *where, const char *key, char **field)
{
	const char *s = NULL;
	int r = json_get_str(o, where, key, &s);

	/* Docker writes "" where nothing was said */
	if (r == 1 && *s)
		xreplace(field, s);
	return r < 0 ? r : 0;
}

/* {"80/tcp": {}, …}: only the names matter. */
static int read_set(struct json_object *o, const char *key, struct strv *ret)
{
	struct json_object *set = NULL;
	int r = json_get_object(o, WHERE, key, &set);

	if (r <= 0)
		return r;
	json_object_object_foreach (set, name, value) {
		(void)value;
		strv_add(ret, name);
	}
	return 0;
}

static int read_labels(struct json_object *o, struct strv *ret)
{
	struct json_object *set = NULL;
	int r = json_get_object(o, WHERE, "Labels", &set);

	if (r <= 0)
		return r;
	json_object_object_foreach (set, name, value) {
		const char *s = "";

		(void)value;
		r = json_get_str(set, WHERE ".Labels", name, &s);
		if (r < 0)
			return r;
		strv_add_format(ret, "%s=%s", name, s);
	}
	return 0;
}

static int read_healthcheck(struct json_object *o, struct imageconfig_healthcheck *h)
{
	static const struct {
		const char *key;
		size_t field;
	} numbers[] = {
		{ "Interval", offsetof(struct imageconfig_healthcheck, interval) },
		{ "Timeout", offsetof(struct imageconfig_healthcheck, timeout) },
		{ "StartPeriod", offsetof(struct imageconfig_healthcheck, start_period) },
		{ "StartInterval", offsetof(struct imageconfig_healthcheck, start_interval) },
		{ "Retries", offsetof(struct imageconfig_healthcheck, retries) },
	};
	struct json_object *check = NULL;
	int r = json_get_object(o, WHERE, "Healthcheck", &check);

	if (r <= 0)
		return r;
	h->set = true;
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(numbers); i++)
		r = json_get_i64(check, WHERE ".Healthcheck", numbers[i].key, (int64_t *)(void *)((char *)h + numbers[i].field));
	return r < 0 ? r : json_get_strv(check, WHERE ".Healthcheck", "Test", &h->test);
}

/* The "config" member: what to run and how. */
static int read_inner(struct json_object *o, struct imageconfig *c)
{
	const struct {
		const char *key;
		struct strv *list;
	} lists[] = {
		{ "Env", &c->env },     { "Entrypoint", &c->entrypoint }, { "Cmd", &c->cmd },
		{ "Shell", &c->shell }, { "OnBuild", &c->on_build },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(inner_strings); i++)
		r = read_string(o, WHERE, inner_strings[i].key, string_at(c, inner_strings[i].field));
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(lists); i++)
		r = json_get_strv(o, WHERE, lists[i].key, lists[i].list);
	if (r >= 0)
		r = read_set(o, "ExposedPorts", &c->exposed_ports);
	if (r >= 0)
		r = read_set(o, "Volumes", &c->volumes);
	if (r >= 0)
		r = read_labels(o, &c->labels);
	if (r >= 0)
		r = read_healthcheck(o, &c->healthcheck);
	if (r >= 0)
		r = json_get_i64(o, WHERE, "StopTimeout", &c->stop_timeout);
	c->entrypoint_set = json_get(o, "Entrypoint") != NULL;
	c->cmd_set = json_get(o, "Cmd") != NULL;
	return r < 0 ? r : 0;
}

static int read_rootfs(struct json_object *o, struct imageconfig *c)
{
	struct json_object *rootfs = NULL;
	int r = json_get_object(o, WHERE, "rootfs", &rootfs);

	if (r == 0)
		return fail(-EINVAL, WHERE ": it lists no layers (rootfs is missing): this is no container image");
	if (r > 0)
		r = json_get_strv(rootfs, WHERE ".rootfs", "diff_ids", &c->diff_ids);
	if (r < 0)
		return r;
	if (c->diff_ids.count > IMAGECONFIG_LAYERS_MAX)
		return fail(-E2BIG, WHERE ": %zu layers are too many (at most %d)", c->diff_ids.count, IMAGECONFIG_LAYERS_MAX);
	for (size_t i = 0; i < c->diff_ids.count; i++) {
		r = digest_check(c->diff_ids.items[i], WHERE ".rootfs.diff_ids");
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_history(struct json_object *o, struct imageconfig *c)
{
	struct json_object *list = NULL;
	int r = json_get_array(o, WHERE, "history", &list);
	size_t count = r == 1 ? json_object_array_length(list) : 0;

	if (r < 0 || count == 0)
		return r;
	c->history = xcalloc(count, sizeof *c->history);
	c->history_count = count;
	for (size_t i = 0; r >= 0 && i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);

		for (size_t k = 0; r >= 0 && k < ARRAY_SIZE(history_strings); k++)
			r = read_string(entry, WHERE ".history", history_strings[k].key,
					string_at(&c->history[i], history_strings[k].field));
		if (r >= 0)
			r = json_get_bool(entry, WHERE ".history", "empty_layer", &c->history[i].empty_layer);
	}
	return r < 0 ? r : 0;
}

static int read_all(struct json_object *o, struct imageconfig *c)
{
	struct json_object *inner = NULL;
	int r = 0;

	c->stop_timeout = -1;
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(outer_strings); i++)
		r = read_string(o, WHERE, outer_strings[i].key, string_at(c, outer_strings[i].field));
	if (r >= 0)
		r = json_get_object(o, WHERE, "config", &inner);
	if (r > 0)
		r = read_inner(inner, c);
	if (r >= 0)
		r = read_rootfs(o, c);
	if (r >= 0)
		r = read_history(o, c);
	if (r < 0)
		return r;
	if (!c->architecture)
		c->architecture = xstrdup("");
	if (!c->os)
		c->os = xstrdup("linux");
	if (!c->variant)
		c->variant = xstrdup("");
	return 0;
}

int imageconfig_parse(const char *text, size_t len, struct imageconfig *ret)
{
	autojson struct json_object *o = NULL;
	autocall(imageconfig_release) struct imageconfig c = { 0 };
	int r;

	if (len > IMAGECONFIG_SIZE_MAX)
		return fail(-EFBIG, WHERE ": it is too large");
	r = json_parse(text, len, WHERE, &o);
	if (r < 0)
		return r;
	if (!json_object_is_type(o, json_type_object))
		return fail(-EINVAL, WHERE ": it is not an object");
	r = read_all(o, &c);
	if (r < 0)
		return r;
	*ret = c;
	memset(&c, 0, sizeof c);
	return 0;
}

static void put_filled(struct json_writer *w, const char *key, const char *value)
{
	if (value && *value)
		json_put_str(w, key, value);
}

static void put_set(struct json_writer *w, const char *key, const struct strv *set)
{
	if (!set->count)
		return;
	json_begin_object(w, key);
	for (size_t i = 0; i < set->count; i++) {
		json_begin_object(w, set->items[i]);
		json_end_object(w);
	}
	json_end_object(w);
}

static void put_list(struct json_writer *w, const char *key, const struct strv *list, bool set)
{
	if (list->count || set)
		json_put_strv(w, key, list);
}

static void put_labels(struct json_writer *w, const struct strv *labels)
{
	if (!labels->count)
		return;
	json_begin_object(w, "Labels");
	for (size_t i = 0; i < labels->count; i++) {
		const char *equals = strchr(labels->items[i], '=');
		autofree char *name = xstrndup(labels->items[i], equals ? (size_t)(equals - labels->items[i]) : 4096);

		json_put_str(w, name, equals ? equals + 1 : "");
	}
	json_end_object(w);
}

static void put_healthcheck(struct json_writer *w, const struct imageconfig_healthcheck *h)
{
	if (!h->set)
		return;
	json_begin_object(w, "Healthcheck");
	put_list(w, "Test", &h->test, false);
	if (h->interval)
		json_put_i64(w, "Interval", h->interval);
	if (h->timeout)
		json_put_i64(w, "Timeout", h->timeout);
	if (h->start_period)
		json_put_i64(w, "StartPeriod", h->start_period);
	if (h->start_interval)
		json_put_i64(w, "StartInterval", h->start_interval);
	if (h->retries)
		json_put_i64(w, "Retries", h->retries);
	json_end_object(w);
}

void imageconfig_write_inner(const struct imageconfig *c, const char *key, struct json_writer *w)
{
	json_begin_object(w, key);
	put_filled(w, "User", c->user);
	put_set(w, "ExposedPorts", &c->exposed_ports);
	put_list(w, "Env", &c->env, false);
	put_list(w, "Entrypoint", &c->entrypoint, c->entrypoint_set);
	put_list(w, "Cmd", &c->cmd, c->cmd_set);
	put_healthcheck(w, &c->healthcheck);
	put_set(w, "Volumes", &c->volumes);
	put_filled(w, "WorkingDir", c->working_dir);
	put_list(w, "OnBuild", &c->on_build, false);
	put_labels(w, &c->labels);
	put_filled(w, "StopSignal", c->stop_signal);
	if (c->stop_timeout >= 0)
		json_put_i64(w, "StopTimeout", c->stop_timeout);
	put_list(w, "Shell", &c->shell, false);
	json_end_object(w);
}

static void put_history(struct json_writer *w, const struct imageconfig *c)
{
	json_begin_array(w, "history");
	for (size_t i = 0; i < c->history_count; i++) {
		struct imageconfig_history *h = &c->history[i];

		json_begin_object(w, NULL);
		for (size_t k = 0; k < ARRAY_SIZE(history_strings); k++)
			put_filled(w, history_strings[k].key, *string_at(h, history_strings[k].field));
		if (h->empty_layer)
			json_put_bool(w, "empty_layer", true);
		json_end_object(w);
	}
	json_end_array(w);
}

void imageconfig_write(const struct imageconfig *c, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "architecture", c->architecture ? c->architecture : "");
	put_filled(&w, "variant", c->variant);
	json_put_str(&w, "os", c->os ? c->os : "linux");
	put_filled(&w, "author", c->author);
	put_filled(&w, "created", c->created);
	imageconfig_write_inner(c, "config", &w);
	json_begin_object(&w, "rootfs");
	json_put_str(&w, "type", "layers");
	json_put_strv(&w, "diff_ids", &c->diff_ids);
	json_end_object(&w);
	if (c->history_count)
		put_history(&w, c);
	json_end_object(&w);
}
