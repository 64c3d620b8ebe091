/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a cgroup and its end: list, freeze, kill, remove. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"
#include "kernel/step.h"
#include "kernel/unit.h"
#include "runtime/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEPTH_MAX 64

/* The directory whose list of processes is the container's: the v2 one, or a v1 one that every container has. */
static struct cgroup_dir *main_dir(const struct cgroup *cgroup)
{
	static const enum cgroup_controller order[] = { CGROUP_UNIFIED, CGROUP_FREEZER, CGROUP_PIDS,
							CGROUP_MEMORY,  CGROUP_CPU,     CGROUP_NAMED };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		struct cgroup_dir *dir = cgroup_dir_with(cgroup, order[i]);

		if (dir && cgroup_dir_fd(dir) >= 0)
			return dir;
	}
	return NULL;
}

struct pid_list {
	pid_t *items;
	size_t count, size;
	int depth;
};

static void add_pids(int fd, struct pid_list *list)
{
	autobuf text = BUF_INIT;

	/* a threaded cgroup refuses cgroup.procs; its processes are listed by the domain above it */
	if (file_read(fd, "cgroup.procs", 16 << 20, &text) < 0)
		return;
	for (char *p = text.data, *end; *p; p = end + (*end == '\n')) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		if (list->count == list->size) {
			list->size = list->size ? 2 * list->size : 64;
			list->items = xrealloc(list->items, list->size * sizeof *list->items);
		}
		if (pid > 0)
			list->items[list->count++] = (pid_t)pid;
	}
}

static int visit_pids(int fd, const char *name, void *data)
{
	struct pid_list *list = data;
	autofd int child = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (child < 0 || list->depth == DEPTH_MAX)
		return 0;
	add_pids(child, list);
	list->depth++;
	(void)dir_each(child, ".", visit_pids, list);
	list->depth--;
	return 0;
}

int cgroup_pids(struct cgroup *cgroup, pid_t **ret, size_t *ret_count)
{
	struct cgroup_dir *dir = main_dir(cgroup);
	struct pid_list list = { 0 };

	if (dir) {
		add_pids(dir->fd, &list);
		(void)dir_each(dir->fd, ".", visit_pids, &list);
	}
	*ret = list.items;
	*ret_count = list.count;
	return 0;
}

int cgroup_freeze(struct cgroup *cgroup, bool frozen)
{
	struct cgroup_dir *v1 = cgroup_dir_with(cgroup, CGROUP_FREEZER), *v2 = cgroup_dir_with(cgroup, CGROUP_UNIFIED);

	if (v1 && cgroup_dir_fd(v1) >= 0)
		return cgroup_v1_freeze(v1, frozen);
	if (v2 && cgroup_dir_fd(v2) >= 0)
		return cgroup_v2_freeze(v2, frozen);
	return fail(-ENOENT, "freeze: this container has no cgroup that can be frozen");
}

int cgroup_is_frozen(struct cgroup *cgroup, bool *ret)
{
	struct cgroup_dir *v1 = cgroup_dir_with(cgroup, CGROUP_FREEZER), *v2 = cgroup_dir_with(cgroup, CGROUP_UNIFIED);

	if (v1 && cgroup_dir_fd(v1) >= 0)
		return cgroup_v1_is_frozen(v1, ret);
	if (v2 && cgroup_dir_fd(v2) >= 0)
		return cgroup_v2_is_frozen(v2, ret);
	*ret = false;
	return 0;
}

/* Signals one by one, while nothing can fork: for kernels before cgroup.kill and for v1. */
static int kill_each(struct cgroup *cgroup)
{
	struct cgroup_dir *dir = main_dir(cgroup);

	if (!dir)
		return 0;
	/* what is missed because the freezer is missing is caught by another round */
	for (int round = 0; round < 20; round++) {
		autofree pid_t *pids = NULL;
		struct step step;
		size_t count = 0;
		int r = cgroup_pids(cgroup, &pids, &count);

		if (r < 0 || count == 0)
			return r;
		r = step_begin(&step, "kill", round ? NULL : "nothing of the container goes on");
		if (step_heard())
			step_say(&step, "kill -KILL $(cat %s/cgroup.procs)", step_quote(dir->path));
		for (size_t i = 0; r == 0 && i < count; i++)
			if (kill(pids[i], SIGKILL) < 0 && errno != ESRCH)
				r = -errno;
		r = step_end(&step, r, "kill the processes of %s", dir->path);
		if (r < 0 || cgroup_dir_with(cgroup, CGROUP_FREEZER))
			return r;
	}
	return 0;
}

/* Somebody else who kills and removes it at the same time is quicker: then nothing is held any more. */
static int thaw(struct cgroup_dir *v1)
{
	int r = cgroup_v1_freeze(v1, false);

	if (r != -ENOENT && r != -ENODEV)
		return r;
	error_clear();
	return 0;
}

int cgroup_kill(struct cgroup *cgroup)
{
	struct cgroup_dir *v2 = cgroup_dir_with(cgroup, CGROUP_UNIFIED), *v1 = cgroup_dir_with(cgroup, CGROUP_FREEZER);
	bool can_freeze = v1 && cgroup_dir_fd(v1) >= 0, frozen = false;
	int r = -ENOENT;

	if (v2 && cgroup_dir_fd(v2) >= 0 && faccessat(v2->fd, "cgroup.kill", W_OK, 0) == 0) {
		r = cgroup_dir_write(v2, "nothing of the container goes on", "cgroup.kill", "1");
		/* v1's freezer holds even what was killed */
		if (r == 0 && can_freeze && cgroup_v1_is_frozen(v1, &frozen) == 0 && frozen)
			r = thaw(v1);
		if (r == 0)
			return 0;
	}
	if (can_freeze)
		(void)cgroup_v1_freeze(v1, true);
	r = kill_each(cgroup);
	if (can_freeze) {
		int thawed = thaw(v1);

		r = r < 0 ? r : thawed;
	} else if (v2 && cgroup_v2_is_frozen(v2, &frozen) == 0 && frozen) {
		(void)cgroup_v2_freeze(v2, false);
	}
	return r;
}

/* ---- removal ------------------------------------------------------------------------------------------------------ */

struct removal {
	const char *path;
	int depth;
};

/* Removes the cgroups that the container made below @fd, deepest first. */
static int remove_child(int fd, const char *name, void *data)
{
	const struct removal *above = data;
	autofd int child = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autofree char *path = NULL;
	struct removal here;

	if (child < 0 || above->depth == DEPTH_MAX)
		return 0;
	path = path_join(above->path, name);
	here = (struct removal){ .path = path, .depth = above->depth + 1 };
	(void)dir_each(child, ".", remove_child, &here);
	(void)sys_rmdir("a cgroup that the container made", fd, name, path);
	return 0;
}

static int remove_dir(struct cgroup_dir *dir)
{
	struct timespec pause = { .tv_nsec = 100000 };
	int r = 0;

	/* the last process may still be on its way out: about five seconds of patience */
	for (int i = 0; i < 60; i++) {
		const struct removal here = { .path = dir->path };

		r = sys_rmdir(i ? NULL : "nothing is left of the cgroup", AT_FDCWD, dir->path, dir->path);
		if (r != -EBUSY)
			break;
		(void)dir_each(AT_FDCWD, dir->path, remove_child, (void *)&here);
		if (i > 0) {
			(void)nanosleep(&pause, NULL);
			pause.tv_nsec = pause.tv_nsec < 100000000 ? 2 * pause.tv_nsec : 100000000;
		}
	}
	cleanup_fd(&dir->fd);
	dir->fd = -1;
	return r == -ENOENT ? 0 : r;
}

/* In the v1 hierarchies that systemd does not care for, the slices above its scope are ours; those in use stay. */
static void remove_slices(const struct cgroup_dir *dir)
{
	autofree char *path = path_parent(dir->path);

	while (strlen(path) > strlen(dir->mount) && rmdir(path) == 0)
		*strrchr(path, '/') = '\0';
}

int cgroup_remove(struct cgroup *cgroup)
{
	static const char own[] = "/" CGROUP_PARENT;
	int failed = 0;

	/* systemd first: it removes what it made. When it cannot be reached we do, and it forgets a scope that is gone by itself */
	cgroup_settled(cgroup);
	if (cgroup->unit) {
		int r = sys_unit_stop("systemd forgets the scope", cgroup->unit);

		if (r < 0)
			log_warning("%s", error_text(r));
	}

	for (size_t i = 0; i < cgroup->count; i++) {
		struct cgroup_dir *dir = &cgroup->dirs[i];
		autofree char *parent = path_parent(dir->path);
		size_t mount = strlen(dir->mount);
		int r = remove_dir(dir);

		if (r < 0)
			failed = r;
		/* the parent that hoy makes for its containers goes with the last of them; other parents are other people's */
		if (r == 0 && strncmp(parent, dir->mount, mount) == 0 && strcmp(parent + mount, own) == 0)
			(void)rmdir(parent);
		if (r == 0 && cgroup->unit && !dir->v2)
			remove_slices(dir);
	}
	return failed;
}
