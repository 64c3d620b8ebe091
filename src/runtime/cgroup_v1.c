/* SPDX-License-Identifier: Apache-2.0 */
/* What only the v1 hierarchies need: filling a new cpuset, and the freezer controller. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"
#include "runtime/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int cgroup_v1_fill_cpuset(const char *path)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	autofree char *parent = path_parent(path);

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		autofree char *from = path_join(parent, files[i]), *to = path_join(path, files[i]);
		autobuf value = BUF_INIT;
		int r = file_read(AT_FDCWD, from, 65536, &value);

		if (r < 0)
			return r;
		buf_truncate(&value, strcspn(value.data, "\n"));
		r = sys_write("a cpuset starts empty: as its parent", AT_FDCWD, to, to, value.data);
		if (r < 0)
			return r;
	}
	return 0;
}

int cgroup_v1_is_frozen(struct cgroup_dir *dir, bool *ret)
{
	char state[32];
	ssize_t n = cgroup_dir_read(dir, "freezer.state", state, sizeof state);

	if (n < 0)
		return (int)n;
	*ret = strncmp(state, "FROZEN", 6) == 0;
	return 0;
}

int cgroup_v1_freeze(struct cgroup_dir *dir, bool frozen)
{
	int r = 0;

	/*
	 * A process that is being forked while the state changes can be missed and stays FREEZING: writing again catches it;
	 * now and then thawing first lets one that waits for a frozen one go on. As runc found out.
	 */
	for (int i = 0; i < 500; i++) {
		const struct timespec pause = { .tv_nsec = i < 20 ? 100000 : 5000000 };
		bool is = !frozen;

		if (frozen && i % 50 == 49) {
			(void)cgroup_dir_write(dir, NULL, "freezer.state", "THAWED");
			(void)nanosleep(&pause, NULL);
		}
		r = cgroup_dir_write(dir,
				     i        ? NULL
				     : frozen ? "all processes stop where they are"
					      : "and go on",
				     "freezer.state", frozen ? "FROZEN" : "THAWED");
		if (r < 0 || !frozen)
			return r;
		(void)nanosleep(&pause, NULL);
		r = cgroup_v1_is_frozen(dir, &is);
		if (r < 0 || is)
			return r;
	}
	(void)cgroup_dir_write(dir, NULL, "freezer.state", "THAWED");
	return fail(-ETIMEDOUT, "freeze %s: some process does not stop", dir->path);
}
