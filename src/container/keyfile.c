/* SPDX-License-Identifier: Apache-2.0 */
#include "container/keyfile.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define FILE_MAX        (1 << 20)
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

int keyfile_read(const char *path, const char *what, struct strv *ret)
{
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };
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
			return fail(-EINVAL, "%s line %zu: there is no %s name before the =", path, i + 1, what);
		if (strcspn(line, " \t") < name)
			return fail(-EINVAL, "%s line %zu: %s '%.*s' contains white space", path, i + 1, what, (int)name, line);
		strv_add(ret, line);
	}
	return 0;
}
