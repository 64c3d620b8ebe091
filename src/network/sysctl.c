/* SPDX-License-Identifier: Apache-2.0 */
#include "network/sysctl.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "kernel/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PLACE "/proc/sys/net"

static int open_place(void)
{
	return open(PLACE, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int read_value(int dirfd, const char *path, char *value, size_t size)
{
	autofd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -errno : fd_read_full(fd, value, size - 1);

	if (len < 0)
		return (int)len;
	value[len] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

int sysctl_set(const char *why, const char *where, const char *path, const char *value, bool optional)
{
	autofree char *shown = xasprintf(PLACE "/%s", path);
	autofd int fd = open_place();
	char is[64];
	int r = fd < 0 ? -errno : read_value(fd, path, is, sizeof is);

	if (r == -ENOENT && optional)
		return r;
	if (r < 0)
		return fail_code(r, "read %s", shown);
	return strcmp(is, value) == 0 ? 0 : sys_net_value(why, where, fd, path, value);
}

bool sysctl_is(const char *path, const char *value)
{
	autofd int fd = open_place();
	char is[64];

	return fd >= 0 && read_value(fd, path, is, sizeof is) == 0 && strcmp(is, value) == 0;
}
