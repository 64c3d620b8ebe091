/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/name.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int name_clean(const char *name, char ret[TAR_NAME_MAX + 1])
{
	size_t n = 0;

	for (const char *at = name; *at;) {
		size_t len = strcspn(at, "/");

		if (len == 2 && memcmp(at, "..", 2) == 0) {
			if (!n)
				return fail(-EBADMSG, "%s: the name leads out of the layer", name);
			while (n && ret[n - 1] != '/')
				n--;
			/* the slash, too */
			n -= n > 0;
		} else if (len && !(len == 1 && *at == '.')) {
			if (n + len + 1 > TAR_NAME_MAX)
				return fail(-EBADMSG, "the archive has a name of more than %d bytes", TAR_NAME_MAX);
			if (n)
				ret[n++] = '/';
			memcpy(ret + n, at, len);
			n += len;
		}
		at += len;
		at += *at == '/';
	}
	ret[n] = '\0';
	return 0;
}

const char *name_split(const char *path, char ret_parent[TAR_NAME_MAX + 1])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	memcpy(ret_parent, path, len);
	ret_parent[len] = '\0';
	return slash ? slash + 1 : path;
}

void name_join(const char *parent, const char *name, char ret[TAR_NAME_MAX + 1])
{
	snprintf(ret, TAR_NAME_MAX + 1, "%s%s%s", parent, *parent ? "/" : "", name);
}
