/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unified hierarchy: delegation of controllers down to a container's cgroup, and its freezer. A cgroup has the
 * controllers that its parent's cgroup.subtree_control names, and only a cgroup without processes of its own (or the real
 * root) may name some: Documentation/admin-guide/cgroup-v2.rst, "No Internal Process Constraint".
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/strv.h"
#include "kernel/file.h"
#include "runtime/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Controllers that work per thread: all a threaded cgroup can have. */
#define THREADED (CGROUP_BIT(CGROUP_CPU) | CGROUP_BIT(CGROUP_CPUSET) | CGROUP_BIT(CGROUP_PIDS) | CGROUP_BIT(CGROUP_PERF_EVENT))

static uint32_t read_mask(int dirfd, const char *file)
{
	autobuf text = BUF_INIT;

	return file_read(dirfd, file, 4096, &text) < 0 ? 0 : cgroup_controllers_parse(text.data);
}

/* "+cpu +memory" for a mask. */
static void plus_list(uint32_t mask, struct buf *out)
{
	buf_clear(out);
	for (unsigned int n = 0; n < CGROUP_NAMED; n++)
		if (mask & CGROUP_BIT(n) && cgroup_controller_name(n, true))
			buf_add_format(out, "%s+%s", out->len ? " " : "", cgroup_controller_name(n, true));
}

/* Enables in the cgroup @path what of @mask it has and does not enable yet. Only a failure for @needed is one. */
static int enable_in(const char *path, uint32_t mask, uint32_t needed)
{
	autofd int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofree char *shown = xasprintf("%s/cgroup.subtree_control", path);
	autobuf list = BUF_INIT;
	uint32_t missing;
	int r;

	if (fd < 0)
		return fail_errno("open %s", path);
	missing = mask & read_mask(fd, "cgroup.controllers") & ~read_mask(fd, "cgroup.subtree_control");
	if (!missing)
		return 0;
	plus_list(missing, &list);
	r = sys_write("the cgroups below may have these controllers", fd, "cgroup.subtree_control", shown, list.data);
	if (r < 0 && missing & needed && missing & ~needed) {
		plus_list(missing & needed, &list);
		r = sys_write(NULL, fd, "cgroup.subtree_control", shown, list.data);
	}
	if (r == 0 || !(missing & needed))
		return 0;
	if (r == -EBUSY)
		fail_hint(r,
			  "%s has processes of its own, so its controllers cannot be given to cgroups below it: start hoy from "
			  "a cgroup that has none, or move its processes into a child",
			  path);
	return r;
}

/* A cgroup below a threaded one is born invalid; it can become threaded itself when no domain controller is asked for. */
static int settle_type(struct cgroup_dir *dir, uint32_t needed)
{
	char type[32];
	ssize_t n = cgroup_dir_read(dir, "cgroup.type", type, sizeof type);

	if (n <= 0 || strncmp(type, "domain invalid", 14) != 0)
		return 0;
	if (needed & ~THREADED & ~CGROUP_BIT(CGROUP_DEVICES))
		return fail_hint(fail(-EOPNOTSUPP, "the cgroup %s lies below a threaded one", dir->path),
				 "limits of memory and I/O cannot be set there: choose another place with cgroupsPath");
	return cgroup_dir_write(dir, "below a threaded cgroup there are only threaded ones", "cgroup.type", "threaded");
}

int cgroup_v2_enable(struct cgroup_dir *dir, uint32_t needed, uint32_t wanted)
{
	uint32_t mask = needed | wanted, has;
	autofree char *path = NULL;
	int fd = cgroup_dir_fd(dir);

	if (fd < 0)
		return fail_code(fd, "open %s", dir->path);
	has = read_mask(fd, "cgroup.controllers");
	if (mask & ~has) {
		path = xstrdup(dir->path);
		/* each cgroup from the root to the parent enables for the next one */
		for (char *p = path + strlen(dir->mount); p; p = strchr(p + 1, '/')) {
			int r;

			*p = '\0';
			r = enable_in(path, mask, needed);
			if (r < 0)
				return r;
			*p = '/';
		}
		has = read_mask(fd, "cgroup.controllers");
		if (mask & ~has) {
			int r = settle_type(dir, needed);

			if (r < 0)
				return r;
		}
	}
	dir->controllers = has | CGROUP_BIT(CGROUP_UNIFIED);
	return 0;
}

static int give(int at, const char *name, const char *shown, uid_t owner)
{
	autofd int fd = *name ? openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) : fcntl(at, F_DUPFD_CLOEXEC, 3);

	/* not every file of the kernel's list is in every cgroup */
	if (fd < 0)
		return errno == ENOENT ? 0 : fail_errno("open %s", shown);
	return sys_chown(*name ? NULL : "the container may make cgroups of its own", fd, shown, owner, (gid_t)-1);
}

int cgroup_v2_delegate(struct cgroup_dir *dir, uid_t owner)
{
	/* cgroups(7), "Cgroup delegation"; the list is config-linux.md's for kernels before 4.15 */
	static const char usual[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";
	autobuf text = BUF_INIT;
	autostrv files = { 0 };
	int at = cgroup_dir_fd(dir), r;

	if (at < 0)
		return fail_code(at, "open %s", dir->path);
	if (file_read(AT_FDCWD, "/sys/kernel/cgroup/delegate", 4096, &text) < 0)
		buf_add_str(&text, usual);
	strv_split(&files, text.data, '\n');
	r = give(at, "", dir->path, owner);
	for (size_t i = 0; r == 0 && i < files.count; i++) {
		autofree char *shown = xasprintf("%s/%s", dir->path, files.items[i]);

		if (*files.items[i] && !strchr(files.items[i], '/'))
			r = give(at, files.items[i], shown, owner);
	}
	return r;
}

int cgroup_v2_is_frozen(struct cgroup_dir *dir, bool *ret)
{
	uint64_t frozen = 0;
	int r = cgroup_dir_read_key(dir, "cgroup.events", "frozen", &frozen);

	if (r == 0)
		*ret = frozen != 0;
	return r;
}

int cgroup_v2_freeze(struct cgroup_dir *dir, bool frozen)
{
	int r = cgroup_dir_write(dir, frozen ? "all processes stop where they are" : "and go on", "cgroup.freeze",
				 frozen ? "1" : "0");

	/* the kernel stops each process when it next returns to user space: up to two seconds of patience */
	for (int i = 0; r == 0 && frozen && i < 200; i++) {
		const struct timespec pause = { .tv_nsec = i < 20 ? 500000 : 10000000 };
		bool is = false;

		r = cgroup_v2_is_frozen(dir, &is);
		if (r == 0 && is)
			return 0;
		(void)nanosleep(&pause, NULL);
	}
	return r == 0 && frozen ? fail(-ETIMEDOUT, "freeze %s: some process does not stop", dir->path) : r;
}
