/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mark.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char *const names[] = { [MARK_PAUSED] = "paused", [MARK_STOPPED] = "stopped" };

int mark_set(const struct home *home, const char *id, enum mark mark, bool on)
{
	autofree char *path = xasprintf("%s/%s", id, names[mark]);
	autofd int fd = -1;

	if (!on)
		return unlinkat(home->running, path, 0) < 0 && errno != ENOENT
			       ? fail_errno("unmark the container as %s", names[mark])
			       : 0;
	fd = openat(home->running, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 && errno != ENOENT ? fail_errno("mark the container as %s", names[mark]) : 0;
}

bool mark_is(const struct home *home, const char *id, enum mark mark)
{
	autofree char *path = xasprintf("%s/%s", id, names[mark]);

	return faccessat(home->running, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
