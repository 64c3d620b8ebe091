/* SPDX-License-Identifier: Apache-2.0 */
#include "container/environment.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/keyfile.h"

#include <errno.h>
#include <string.h>

/* NAME=value as it is; NAME alone is hoy's own value of it, or none. */
static void apply(struct strv *env, const char *entry)
{
	const char *own;

	if (strchr(entry, '=')) {
		strv_env_set(env, entry);
		return;
	}
	own = getenv(entry);
	if (own) {
		autofree char *full = xasprintf("%s=%s", entry, own);

		strv_env_set(env, full);
	} else {
		strv_env_unset(env, entry);
	}
}

/* Unlike -e, a bare name in a file that hoy has no value for is passed over. */
static int read_file(const char *path, struct strv *ret)
{
	autostrv entries = { 0 };
	int r = keyfile_read(path, "variable", &entries);

	for (size_t i = 0; r == 0 && i < entries.count; i++)
		if (strchr(entries.items[i], '=') || getenv(entries.items[i]))
			strv_add(ret, entries.items[i]);
	return r;
}

/* What the user wants; read once, for a file may be a pipe. */
static int read_wanted(const struct environment *e, struct strv *ret)
{
	for (size_t i = 0; i < e->files->count; i++) {
		int r = read_file(e->files->items[i], ret);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < e->options->count; i++) {
		if (e->options->items[i][0] == '=' || !e->options->items[i][0])
			return fail(-EINVAL, "invalid environment variable: %s", e->options->items[i]);
		strv_add(ret, e->options->items[i]);
	}
	return 0;
}

/* The user's, then what the image has beside it. */
static void fill_recorded(const struct strv *image, const struct strv *wanted, struct strv *ret)
{
	for (size_t i = 0; i < wanted->count; i++)
		apply(ret, wanted->items[i]);
	for (size_t i = 0; i < image->count; i++) {
		autofree char *name = xstrndup(image->items[i], strcspn(image->items[i], "="));

		if (strchr(image->items[i], '=') && !strv_env_get(ret, name))
			strv_add(ret, image->items[i]);
	}
}

int environment_make(const struct environment *e, struct strv *ret)
{
	autostrv wanted = { 0 };
	int r = read_wanted(e, &wanted);

	if (r < 0)
		return r;
	strv_add(ret, "PATH=" ENVIRONMENT_PATH);
	strv_add_format(ret, "HOSTNAME=%s", e->hostname);
	if (e->tty)
		strv_add(ret, "TERM=xterm");
	for (size_t i = 0; i < e->image->count; i++)
		if (strchr(e->image->items[i], '=')) /* a stranger's list: a bare name must not read hoy's environment */
			strv_env_set(ret, e->image->items[i]);
	for (size_t i = 0; e->links && i < e->links->count; i++)
		strv_env_set(ret, e->links->items[i]);
	for (size_t i = 0; i < wanted.count; i++)
		apply(ret, wanted.items[i]);
	if (!strv_env_get(ret, "HOME"))
		strv_add_format(ret, "HOME=%s", e->home);
	if (e->recorded)
		fill_recorded(e->image, &wanted, e->recorded);
	return 0;
}
