/* SPDX-License-Identifier: Apache-2.0 */
#include "image/whiteout.h"

#include <string.h>

#define PREFIX      ".wh."
#define META_PREFIX ".wh..wh."
#define OPAQUE_NAME ".wh..wh..opq"

static bool begins(const char *part, const char *prefix)
{
	return strncmp(part, prefix, strlen(prefix)) == 0;
}

enum whiteout whiteout_of(const char *path, const char **ret_name)
{
	const char *part = path, *name;

	for (const char *slash = strchr(part, '/'); slash; slash = strchr(part, '/')) {
		if (begins(part, META_PREFIX))
			return WHITEOUT_METADATA;
		if (begins(part, PREFIX))
			return WHITEOUT_BAD;
		part = slash + 1;
	}
	if (!begins(part, PREFIX))
		return WHITEOUT_NONE;
	if (strcmp(part, OPAQUE_NAME) == 0)
		return WHITEOUT_OPAQUE;
	if (begins(part, META_PREFIX))
		return WHITEOUT_METADATA;
	name = part + strlen(PREFIX);
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return WHITEOUT_BAD;
	*ret_name = name;
	return WHITEOUT_REMOVES;
}
