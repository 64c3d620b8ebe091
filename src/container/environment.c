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
static int apply_file(struct strv *env, const char *path)
{
	autostrv entries = { 0 };
	int r = keyfile_read(path, "variable", &entries);

	for (size_t i = 0; r == 0 && i < entries.count; i++)
		if (strchr(entries.items[i], '=') || getenv(entries.items[i]))
			apply(env, entries.items[i]);
	return r;
}

int environment_make(const struct environment *e, struct strv *ret)
{
	strv_add(ret, "PATH=" ENVIRONMENT_PATH);
	strv_add_format(ret, "HOSTNAME=%s", e->hostname);
	if (e->tty)
		strv_add(ret, "TERM=xterm");
	for (size_t i = 0; i < e->image->count; i++)
		if (strchr(e->image->items[i], '=')) /* a stranger's list: a bare name must not read hoy's environment */
			strv_env_set(ret, e->image->items[i]);
	for (size_t i = 0; e->links && i < e->links->count; i++)
		strv_env_set(ret, e->links->items[i]);
	for (size_t i = 0; i < e->files->count; i++) {
		int r = apply_file(ret, e->files->items[i]);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < e->options->count; i++) {
		if (e->options->items[i][0] == '=' || !e->options->items[i][0])
			return fail(-EINVAL, "invalid environment variable: %s", e->options->items[i]);
		apply(ret, e->options->items[i]);
	}
	if (!strv_env_get(ret, "HOME"))
		strv_add_format(ret, "HOME=%s", e->home);
	return 0;
}
