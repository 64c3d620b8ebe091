/* SPDX-License-Identifier: Apache-2.0 */
#include "container/values.h"

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define ENV_FILE_MAX (4 << 20)

/* Sets NAME=value or the bare NAME in place of any entry of that name. */
static void set_entry(struct strv *list, const char *entry)
{
	size_t len = strcspn(entry, "=");

	for (size_t i = list->count; i-- > 0;)
		if (!strncmp(list->items[i], entry, len) && (list->items[i][len] == '=' || !list->items[i][len]))
			strv_remove(list, i);
	strv_add(list, entry);
}

int value_env(const char *text, struct strv *ret)
{
	const char *own;

	if (!*text || *text == '=')
		return fail(-EINVAL, "invalid environment variable: %s", text);
	if (!ret)
		return 0;
	own = strchr(text, '=') ? NULL : getenv(text);
	if (own) {
		autofree char *entry = xasprintf("%s=%s", text, own);

		set_entry(ret, entry);
	} else {
		set_entry(ret, text);
	}
	return 0;
}

/* Go's unicode.IsSpace, as far as one byte goes. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int add_line(const char *path, char *line, struct strv *ret)
{
	size_t len;

	while (is_space(*line))
		line++;
	if (!*line || *line == '#')
		return 0;
	len = strcspn(line, "=");
	if (!len)
		return fail(-EINVAL, "invalid env file (%s): no variable name on line '%s'", path, line);
	for (size_t i = 0; i < len; i++)
		if (is_space(line[i]))
			return fail(-EINVAL, "invalid env file (%s): variable '%.*s' contains whitespaces", path, (int)len, line);
	/* a name alone takes hoy's own value, and is passed over where there is none */
	if (line[len] || getenv(line))
		return value_env(line, ret);
	return 0;
}

int value_env_file(const char *path, struct strv *ret)
{
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };
	/* a pipe is fine, too: --env-file <(program) */
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return fail_errno("open %s", path);
	r = file_read_fd(fd, path, ENV_FILE_MAX, &text);
	if (r < 0)
		return r;
	if (strlen(text.data) != text.len)
		return fail(-EINVAL, "invalid env file (%s): it contains a NUL character", path);
	strv_split(&lines, strncmp(text.data, "\xef\xbb\xbf", 3) == 0 ? text.data + 3 : text.data, '\n');
	for (size_t i = 0; r == 0 && i < lines.count; i++) {
		char *line = lines.items[i];
		size_t len = strlen(line);

		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		r = add_line(path, line, ret);
	}
	return r;
}

int value_label(const char *text, struct strv *ret)
{
	size_t len = strcspn(text, "=");

	if (!len)
		return fail(-EINVAL, "invalid label '%s': empty name", text);
	for (size_t i = 0; i < len; i++)
		if (is_space(text[i]))
			return fail(-EINVAL, "label '%.*s' contains whitespaces", (int)len, text);
	if (ret) {
		autofree char *entry = xasprintf("%s%s", text, text[len] ? "" : "=");

		set_entry(ret, entry);
	}
	return 0;
}
