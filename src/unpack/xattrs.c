/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/xattrs.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/xattr.h"
#include "unpack/meta.h"

#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#define LIST_MAX  65536        /* XATTR_LIST_MAX of Linux */
#define TOTAL_MAX (512 * 1024) /* of values: a header has room for a megabyte */

void xattrs_release(struct xattrs *x)
{
	for (size_t i = 0; i < x->count; i++) {
		free(x->items[i].name);
		free(x->items[i].value);
	}
	free(x->items);
	*x = (struct xattrs){ 0 };
}

static void add(int fd, const char *name, struct xattrs *x, size_t *total)
{
	ssize_t len = fgetxattr(fd, name, NULL, 0);
	autofree char *value = NULL;

	if (len < 0 || len > TAR_XATTR_SIZE_MAX || x->count == TAR_XATTR_MAX || *total + (size_t)len > TOTAL_MAX ||
	    strchr(name, '='))
		return;
	value = xmalloc((size_t)len + 1);
	len = fgetxattr(fd, name, value, (size_t)len);
	if (len < 0)
		return;
	*total += (size_t)len;
	x->items = xrealloc(x->items, (x->count + 1) * sizeof *x->items);
	x->items[x->count++] = (struct tar_xattr){ .name = xstrdup(name), .value = take(&value), .len = (size_t)len };
}

void xattrs_read(int fd, struct xattrs *ret)
{
	autofree char *list = NULL;
	ssize_t len = flistxattr(fd, NULL, 0);
	size_t total = 0;

	if (len <= 0 || len > LIST_MAX)
		return;
	list = xmalloc((size_t)len + 1);
	len = flistxattr(fd, list, (size_t)len);
	if (len > 0)
		list[len] = '\0';
	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(list + at) + 1)
		if (xattr_travels(list + at))
			add(fd, list + at, ret, &total);
}
