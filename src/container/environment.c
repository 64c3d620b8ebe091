/* SPDX-License-Identifier: Apache-2.0 */
#include "container/environment.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define FILE_MAX        (1 << 20)
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

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

/* Docker's rules: empty lines and lines that begin with # are skipped, white space before a name is cut, none after it. */
static int apply_file(struct strv *env, const char *path)
{
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };
	/* a pipe is fine, too: --env-file <(program) */
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return fail_errno("open %s", path);
	r = file_read_fd(fd, path, FILE_MAX, &text);
	if (r < 0)
		return r;
	if (strlen(text.data) != text.len)
		return fail(-EINVAL, "read %s: it contains a NUL character", path);
	strv_split(&lines, strncmp(text.data, BYTE_ORDER_MARK, 3) == 0 ? text.data + 3 : text.data, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		char *line = lines.items[i] + strspn(lines.items[i], " \t");
		size_t name = strcspn(line, "=");

		line[strcspn(line, "\r")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		if (name == 0)
			return fail(-EINVAL, "%s line %zu: there is no variable name before the =", path, i + 1);
		if (strcspn(line, " \t") < name)
			return fail(-EINVAL, "%s line %zu: variable '%.*s' contains white space", path, i + 1, (int)name, line);
		/* unlike -e, a bare name in a file that hoy has no value for is passed over */
		if (line[name] || getenv(line))
			apply(env, line);
	}
	return 0;
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
