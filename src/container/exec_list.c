/* SPDX-License-Identifier: Apache-2.0 */
#include "container/exec_list.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PREFIX "exec-"

static char *path_of(const char *id, const char *exec)
{
	return xasprintf("%s/" PREFIX "%s", id, exec);
}

int exec_list_add(const struct home *home, const char *id, const char *exec)
{
	autofree char *path = path_of(id, exec);
	autofd int fd = openat(home->running, path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("create %s/containers/%s", home->runroot, path);
	/* waits for a reader that has just found it, and holds it for a moment */
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	return r < 0 ? fail_errno("lock %s/containers/%s", home->runroot, path) : take_fd(&fd);
}

void exec_list_remove(const struct home *home, const char *id, const char *exec)
{
	autofree char *path = path_of(id, exec);

	(void)unlinkat(home->running, path, 0);
}

static int add_kept(int dirfd, const char *name, void *data)
{
	autofd int fd = -1;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		strv_add(data, name + strlen(PREFIX));
	return 0;
}

void exec_list_read(const struct home *home, const char *id, struct strv *ret)
{
	(void)dir_each(home->running, id, add_kept, ret);
}
