/* SPDX-License-Identifier: Apache-2.0 */
/* X-mount.subdir=: one directory of what is mounted. */
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/path.h"
#include "kernel/mount.h"
#include "runtime/mount.h"

#include <fcntl.h>

int mount_subdir(int root, const struct mount_entry *e)
{
	int fd = beneath_open(root, e->options.subdir, O_PATH, 0);

	return fd < 0 ? fail_code(fd, "mount %s: subpath %s", e->destination, e->options.subdir) : fd;
}

int mount_narrow(const struct mount_entry *e, int mnt, const char *shown)
{
	struct sys_bind b = SYS_BIND_NONE;
	autofree char *source = NULL;
	autofd int below = -1;

	below = mount_subdir(mnt, e);
	if (below < 0)
		return below;
	source = path_join(shown, e->options.subdir);
	b.source = below;
	b.shown_source = source;
	b.target = mnt;
	b.shown = shown;
	return sys_bind("only this directory of it", &b);
}
