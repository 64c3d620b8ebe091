/* SPDX-License-Identifier: Apache-2.0 */
#include "base/xattr.h"

#include "base/cleanup.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#define LIST_MAX  65536 /* the kernel's own limits */
#define VALUE_MAX 65536

bool xattr_travels(const char *name)
{
	if (strncmp(name, "user.", 5) == 0)
		return strncmp(name, "user.overlay.", 13) != 0;
	return strcmp(name, "security.capability") == 0 || strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "system.posix_acl_default") == 0;
}

static int copy_one(int from, int to, const char *name, char *value)
{
	ssize_t n = fgetxattr(from, name, value, VALUE_MAX);

	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	if (fsetxattr(to, name, value, (size_t)n, 0) == 0)
		return 0;
	return strncmp(name, "user.", 5) == 0 && (errno == EOPNOTSUPP || errno == EPERM) ? 0 : -errno;
}

int xattr_copy(int from, int to)
{
	autofree char *names = NULL, *value = NULL;
	ssize_t size = flistxattr(from, NULL, 0);
	int r = 0;

	if (size <= 0)
		return size == 0 || errno == EOPNOTSUPP ? 0 : -errno;
	names = xmalloc(LIST_MAX);
	value = xmalloc(VALUE_MAX);
	size = flistxattr(from, names, LIST_MAX);
	if (size < 0)
		return -errno;
	for (const char *name = names; r == 0 && name < names + size; name += strlen(name) + 1)
		if (xattr_travels(name))
			r = copy_one(from, to, name, value);
	return r;
}
