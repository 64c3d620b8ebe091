/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include "base/buf.h"
#include "base/memory.h"
#include "base/strv.h"

#include <string.h>

char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	while (*name == '/')
		name++;
	return xasprintf("%.*s%s%s", (int)len, dir, len && dir[len - 1] == '/' ? "" : "/", name);
}

char *path_clean(const char *path)
{
	bool absolute = path[0] == '/';
	autostrv pieces = { 0 }, kept = { 0 };
	autofree char *joined = NULL;

	strv_split(&pieces, path, '/');
	for (size_t i = 0; i < pieces.count; i++) {
		const char *piece = pieces.items[i];

		if (!*piece || strcmp(piece, ".") == 0)
			continue;
		if (strcmp(piece, "..") != 0)
			strv_add(&kept, piece);
		else if (kept.count && strcmp(kept.items[kept.count - 1], "..") != 0)
			strv_remove(&kept, kept.count - 1);
		else if (!absolute)
			strv_add(&kept, "..");
	}
	joined = strv_join(&kept, "/");
	if (absolute)
		return xasprintf("/%s", joined);
	return *joined ? take(&joined) : xstrdup(".");
}

char *path_absolute(const char *dir, const char *path)
{
	autofree char *joined = path[0] == '/' ? NULL : path_join(dir, path);

	return path_clean(joined ? joined : path);
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool path_is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (strcmp(dir, "/") == 0)
		return path[0] == '/';
	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}
