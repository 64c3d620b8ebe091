/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/mount.h"
#include "runtime/init.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* What lxcfs and the like put over files of procfs; runc allows the same. */
static const char *const proc_files[] = {
	"/proc/cpuinfo",
	"/proc/diskstats",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/uptime",
	"/proc/loadavg",
	"/proc/slabinfo",
	"/proc/net/dev",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/sys/crypto/fips_enabled",
};

static bool on_procfs(int fd)
{
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

int mount_check_proc(const struct mount_entry *e, int target, int source)
{
	autofree char *absolute = xasprintf("/%s", e->destination), *path = path_clean(absolute);

	if (strcmp(path, "/proc") == 0) {
		if (on_procfs(source) || (source < 0 && e->spec->type && strcmp(e->spec->type, "proc") == 0))
			return 0;
		return fail(-EINVAL, "mount %s: cannot be mounted because it is not of type proc", path);
	}
	if (!on_procfs(target))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(proc_files); i++)
		if (strcmp(proc_files[i], path) == 0)
			return 0;
	return fail(-EINVAL, "mount %s: cannot be mounted because it is inside /proc", path);
}

int mount_seal(struct init *in)
{
	int r = 0;

	for (size_t i = 0; i < in->seal_count; i++) {
		struct init_seal *seal = &in->seals[i];

		if (r == 0)
			r = sys_mount_change("complete, so read-only now", seal->mount, seal->shown, MOUNT_ATTR_RDONLY, 0, false);
		cleanup_fd(&seal->mount);
		free(seal->shown);
	}
	free(in->seals);
	in->seals = NULL;
	in->seal_count = 0;
	return r;
}

static int apply_one(struct init *in, const struct mount_entry *e)
{
	autofd int mnt = -1;

	switch (e->kind) {
	case MOUNT_BIND:
		return mount_bind(in, e);
	case MOUNT_CGROUP:
		return mount_cgroup(in, e);
	case MOUNT_FILESYSTEM:
		mnt = mount_filesystem(in, e);
		return mnt < 0 ? mnt : 0;
	}
	return -EINVAL;
}

int mount_apply(struct init *in, const struct mount_plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < plan->count && r == 0; i++)
		r = apply_one(in, &plan->items[i]);
	mount_wholes_release(in);
	return r;
}
