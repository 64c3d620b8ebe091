/* SPDX-License-Identifier: Apache-2.0 */
#include "container/paused.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int paused_mark(const struct home *home, const char *id, bool paused)
{
	autofree char *path = xasprintf("%s/paused", id);
	autofd int fd = -1;

	if (!paused)
		return unlinkat(home->running, path, 0) < 0 && errno != ENOENT ? fail_errno("remove the mark of a paused container")
									       : 0;
	fd = openat(home->running, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? fail_errno("mark the container as paused") : 0;
}

bool paused_is(const struct home *home, const char *id)
{
	autofree char *path = xasprintf("%s/paused", id);

	return faccessat(home->running, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
