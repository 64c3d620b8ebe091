/* SPDX-License-Identifier: Apache-2.0 */
/* X-mount.subdir=: one directory of what is mounted; and the owners of a filesystem mapped. */
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/mount.h"
#include "kernel/step.h"
#include "runtime/init.h"
#include "runtime/mount.h"
#include "runtime/mount_idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int mount_subdir(int root, const struct mount_entry *e)
{
	int fd = beneath_open(root, e->options.subdir, O_PATH, 0);

	return fd < 0 ? fail_code(fd, "mount %s: subpath %s", e->destination, e->options.subdir) : fd;
}

/* A filesystem is mounted on a directory, and so is what covers it. */
static int open_part(const struct mount_entry *e, int mnt)
{
	autofd int fd = mount_subdir(mnt, e);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		return fail(-ENOTDIR,
			    "mount %s: subpath %s is not a directory: of a file system of its own only a directory can be mounted",
			    e->destination, e->options.subdir);
	return take_fd(&fd);
}

int mount_view(const struct init *in, const struct mount_entry *e, int mnt, const char *shown)
{
	struct sys_bind b = SYS_BIND_NONE;
	autofree char *source = NULL, *mapping = NULL;
	autofd int part = -1, idmap = -1;

	if (e->options.subdir) {
		part = open_part(e, mnt);
		if (part < 0)
			return part;
		source = path_join(shown, e->options.subdir);
	}
	if (e->options.idmap) {
		idmap = mount_idmap_open(in->proc, in->spec, e);
		if (idmap < 0)
			return idmap;
		if (step_heard())
			b.idmap_shown = mapping = mount_idmap_words(in, e);
	}
	b.source = part >= 0 ? part : mnt;
	b.shown_source = source ? source : shown;
	b.idmap = idmap;
	b.target = mnt;
	b.shown = shown;
	return sys_bind(source ? "only this directory of it" : "its owners as others", &b);
}
