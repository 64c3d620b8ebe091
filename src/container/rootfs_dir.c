/* SPDX-License-Identifier: Apache-2.0 */
#include "container/rootfs_dir.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool rootfs_dir_is_overlay(const char *typed)
{
	size_t len = strlen(typed);

	return len > 2 && strcmp(typed + len - 2, ":O") == 0;
}

int rootfs_dir_image(const char *typed, struct image *ret)
{
	autofree char *path = xstrndup(typed, strlen(typed) - (rootfs_dir_is_overlay(typed) ? 2 : 0)), *real = NULL;
	struct stat st;

	if (strstr(path, ":idmap"))
		return fail(-ENOSYS, "--rootfs %s: idmap is not supported yet", typed);
	real = realpath(path, NULL);
	if (!real || stat(real, &st) < 0)
		return fail_errno("--rootfs: find %s", path);
	if (!S_ISDIR(st.st_mode))
		return fail(-ENOTDIR, "--rootfs: %s is not a directory", path);
	if (strcmp(real, "/") == 0)
		return fail(-EINVAL, "--rootfs: / is the host's own root file system");
	strv_add_owned(&ret->layers, take(&real));
	ret->id = xstrdup("");
	ret->config.stop_timeout = -1;
	return 0;
}
