/* SPDX-License-Identifier: Apache-2.0 */
#include "image/changes.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "image/words.h"
#include "kernel/names.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define PORT_RANGE_MAX 65535

/* Exec form as it is, shell form through the image's shell. */
static void set_command(const struct imageconfig *c, const char *rest, struct strv *ret)
{
	strv_release(ret);
	if (words_json(rest, ret))
		return;
	if (c->shell.count) {
		strv_add_all(ret, &c->shell);
	} else {
		strv_add(ret, "/bin/sh");
		strv_add(ret, "-c");
	}
	strv_add(ret, rest);
}

static int change_cmd(struct imageconfig *c, const char *rest)
{
	set_command(c, rest, &c->cmd);
	c->cmd_set = true;
	return 0;
}

static int change_entrypoint(struct imageconfig *c, const char *rest)
{
	set_command(c, rest, &c->entrypoint);
	c->entrypoint_set = true;
	return 0;
}

/* Adds NAME=VALUE pairs, or the old form "NAME the rest is the value". */
static int set_pairs(struct imageconfig *c, const char *what, const char *rest, struct strv *list)
{
	autostrv words = { 0 }, pairs = { 0 };
	int r = words_split(rest, &words);

	if (r < 0)
		return r;
	if (words.count && !strchr(words.items[0], '=')) {
		autofree char *name = NULL, *value = NULL, *pair = NULL;
		const char *after = rest + strcspn(rest, " \t");

		after += strspn(after, " \t");
		if (!*after)
			return fail(-EINVAL, "%s must have two arguments", what);
		r = words_expand(words.items[0], &c->env, &name);
		if (r == 0)
			r = words_expand(after, &c->env, &value);
		if (r < 0)
			return r;
		pair = xasprintf("%s=%s", name, value);
		strv_env_set(list, pair);
		return 0;
	}
	/* all are filled in before one is set: within one instruction a variable has its old value, as in Docker */
	for (size_t i = 0; r == 0 && i < words.count; i++) {
		char *pair;

		r = words_expand(words.items[i], &c->env, &pair);
		if (r < 0)
			return r;
		strv_add_owned(&pairs, pair);
		if (!strchr(pair, '=') || *pair == '=')
			return fail(-EINVAL, "%s: %s is not NAME=VALUE", what, words.items[i]);
	}
	for (size_t i = 0; i < pairs.count; i++)
		strv_env_set(list, pairs.items[i]);
	return 0;
}

static int change_env(struct imageconfig *c, const char *rest)
{
	return set_pairs(c, "ENV", rest, &c->env);
}

static int change_label(struct imageconfig *c, const char *rest)
{
	return set_pairs(c, "LABEL", rest, &c->labels);
}

/* "80", "80/udp", "8000-8010/tcp" */
static int expose_one(struct imageconfig *c, const char *word)
{
	const char *slash = strchr(word, '/');
	const char *protocol = slash ? slash + 1 : "tcp";
	autofree char *range = xstrndup(word, slash ? (size_t)(slash - word) : strlen(word));
	char *dash = strchr(range, '-');
	uint32_t first = 0, last = 0;

	if (dash)
		*dash = '\0';
	if (number_u32(range, &first) < 0 || number_u32(dash ? dash + 1 : range, &last) < 0 || !first || last < first ||
	    last > PORT_RANGE_MAX)
		return fail(-EINVAL, "EXPOSE: %s is no port", word);
	if (strcasecmp(protocol, "tcp") != 0 && strcasecmp(protocol, "udp") != 0 && strcasecmp(protocol, "sctp") != 0)
		return fail(-EINVAL, "EXPOSE: %s is no protocol (tcp, udp, sctp)", protocol);
	for (uint32_t port = first; port <= last; port++) {
		autofree char *text = xasprintf("%u/%s", port, protocol);

		for (char *p = text; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		strv_add_owned(&c->exposed_ports, take(&text));
	}
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order in which Docker writes them, each once. */
static void sort_ports(struct strv *ports)
{
	size_t kept = 0;

	if (ports->count)
		qsort(ports->items, ports->count, sizeof *ports->items, by_text);
	for (size_t i = 0; i < ports->count; i++) {
		if (kept && strcmp(ports->items[kept - 1], ports->items[i]) == 0)
			free(ports->items[i]);
		else
			ports->items[kept++] = ports->items[i];
	}
	ports->count = kept;
	if (ports->items)
		ports->items[kept] = NULL;
}

static int expand_words(const struct imageconfig *c, const char *rest, struct strv *ret)
{
	autostrv words = { 0 };
	int r = words_split(rest, &words);

	for (size_t i = 0; r == 0 && i < words.count; i++) {
		char *word;

		r = words_expand(words.items[i], &c->env, &word);
		if (r == 0)
			strv_add_owned(ret, word);
	}
	return r;
}

static int change_expose(struct imageconfig *c, const char *rest)
{
	autostrv words = { 0 };
	int r = expand_words(c, rest, &words);

	for (size_t i = 0; r == 0 && i < words.count; i++)
		r = expose_one(c, words.items[i]);
	sort_ports(&c->exposed_ports);
	return r;
}

static int change_volume(struct imageconfig *c, const char *rest)
{
	autostrv words = { 0 };
	int r = words_json(rest, &words) ? 0 : expand_words(c, rest, &words);

	for (size_t i = 0; r == 0 && i < words.count; i++) {
		if (!*words.items[i])
			return fail(-EINVAL, "VOLUME specified can not be an empty string");
		if (!strv_contains(&c->volumes, words.items[i]))
			strv_add(&c->volumes, words.items[i]);
	}
	return r;
}

static int change_user(struct imageconfig *c, const char *rest)
{
	autofree char *user = NULL;
	int r = words_expand(rest, &c->env, &user);

	if (r == 0)
		xreplace(&c->user, user);
	return r;
}

static int change_workdir(struct imageconfig *c, const char *rest)
{
	autofree char *dir = NULL, *joined = NULL;
	int r = words_expand(rest, &c->env, &dir);

	if (r < 0)
		return r;
	joined = *dir == '/' ? xstrdup(dir) : xasprintf("%s/%s", c->working_dir ? c->working_dir : "", dir);
	free(c->working_dir);
	c->working_dir = path_clean(joined);
	return 0;
}

static int change_stopsignal(struct imageconfig *c, const char *rest)
{
	autofree char *name = NULL;
	int r = words_expand(rest, &c->env, &name);

	if (r < 0)
		return r;
	if (!names_signal(name))
		return fail(-EINVAL, "STOPSIGNAL: %s is no signal", name);
	xreplace(&c->stop_signal, name);
	return 0;
}

static int change_onbuild(struct imageconfig *c, const char *rest)
{
	static const char *const refused[] = { "ONBUILD", "FROM", "MAINTAINER" };
	size_t len = strcspn(rest, " \t");

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (strlen(refused[i]) == len && strncasecmp(rest, refused[i], len) == 0)
			return fail(-EINVAL, "%s isn't allowed as an ONBUILD trigger", refused[i]);
	strv_add(&c->on_build, rest);
	return 0;
}

static int health_option(struct imageconfig_healthcheck *h, const char *word)
{
	const struct {
		const char *name;
		int64_t *field;
	} durations[] = {
		{ "--interval=", &h->interval },
		{ "--timeout=", &h->timeout },
		{ "--start-period=", &h->start_period },
		{ "--start-interval=", &h->start_interval },
	};
	uint32_t retries;

	for (size_t i = 0; i < ARRAY_SIZE(durations); i++) {
		size_t len = strlen(durations[i].name);

		if (strncmp(word, durations[i].name, len) == 0)
			return number_duration(word + len, durations[i].field) < 0 || *durations[i].field < 0
				       ? fail(-EINVAL, "HEALTHCHECK: %s is no duration", word)
				       : 0;
	}
	if (strncmp(word, "--retries=", 10) == 0 && number_u32(word + 10, &retries) == 0) {
		h->retries = retries;
		return 0;
	}
	return fail(-EINVAL, "HEALTHCHECK: unknown option %s", word);
}

static int change_healthcheck(struct imageconfig *c, const char *rest)
{
	struct imageconfig_healthcheck h = { .set = true };

	while (strncmp(rest, "--", 2) == 0) {
		size_t len = strcspn(rest, " \t");
		autofree char *word = xstrndup(rest, len);
		int r = health_option(&h, word);

		if (r < 0)
			return r;
		rest += len;
		rest += strspn(rest, " \t");
	}
	if (strcasecmp(rest, "NONE") == 0) {
		strv_add(&h.test, "NONE");
	} else if (strncasecmp(rest, "CMD", 3) == 0 && (rest[3] == ' ' || rest[3] == '\t' || rest[3] == '[')) {
		autostrv words = { 0 };

		rest += 3;
		rest += strspn(rest, " \t");
		if (words_json(rest, &words)) {
			strv_add(&h.test, "CMD");
			strv_add_all(&h.test, &words);
		} else {
			strv_add(&h.test, "CMD-SHELL");
			strv_add(&h.test, rest);
		}
	} else {
		return fail(-EINVAL, "HEALTHCHECK: it must be NONE or [OPTIONS] CMD command");
	}
	strv_release(&c->healthcheck.test);
	c->healthcheck = h;
	return 0;
}

static const struct {
	const char *name;
	int (*apply)(struct imageconfig *c, const char *rest);
} instructions[] = {
	{ "CMD", change_cmd },         { "ENTRYPOINT", change_entrypoint }, { "ENV", change_env },
	{ "EXPOSE", change_expose },   { "LABEL", change_label },           { "HEALTHCHECK", change_healthcheck },
	{ "ONBUILD", change_onbuild }, { "STOPSIGNAL", change_stopsignal }, { "USER", change_user },
	{ "VOLUME", change_volume },   { "WORKDIR", change_workdir },
};

int changes_apply(struct imageconfig *c, const char *instruction)
{
	const char *at = instruction + strspn(instruction, " \t");
	size_t len = strcspn(at, " \t");
	autofree char *rest = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(instructions); i++) {
		size_t end;

		if (strlen(instructions[i].name) != len || strncasecmp(instructions[i].name, at, len) != 0)
			continue;
		at += len;
		at += strspn(at, " \t");
		end = strlen(at);
		while (end && isspace((unsigned char)at[end - 1]))
			end--;
		if (!end)
			return fail(-EINVAL, "%s requires an argument", instructions[i].name);
		rest = xstrndup(at, end);
		return instructions[i].apply(c, rest);
	}
	return fail(-EINVAL, "%.*s is not a valid change command", (int)len, at);
}
