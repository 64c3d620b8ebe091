/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_share.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/handle.h"
#include "container/volume.h"
#include "container/volume_mount.h"
#include "runtime/tree.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

void volume_shares_release(struct volume_shares *s)
{
	for (size_t i = 0; i < s->count; i++) {
		/* the container's processes may have the descriptor, too, until they execute */
		(void)flock(s->locks[i], LOCK_UN);
		close(s->locks[i]);
	}
	free(s->locks);
	*s = (struct volume_shares){ 0 };
}

/* One that ended meanwhile has nothing to give. */
static int take_tree(struct handle *donor, const char *destination, int *ret)
{
	autofd int pidfd = -1, tree = -1;
	struct statfs fs;
	int r = handle_pidfd(donor, &pidfd);

	if (r == 0)
		r = tree = tree_open(pidfd, destination);
	if (r < 0)
		return handle_refresh(donor) < 0 || !handle_runs(donor) ? 0 : r;
	/* whoever may mount in there could have put something else in its place */
	if (fstatfs(tree, &fs) < 0 || fs.f_type != TMPFS_MAGIC)
		return fail(-EINVAL, "container %.12s has no tmpfs any more on %s", donor->record.id, destination);
	*ret = take_fd(&tree);
	return 1;
}

/* 1 when this one gave it. */
static int ask(const struct home *home, const char *id, const struct volume_mount *wanted, struct join *join)
{
	autocall(handle_release) struct handle donor = HANDLE_NONE;
	autocall(volume_mounts_release) struct volume_mounts theirs = { 0 };
	autofree char *shown = NULL;
	int r = handle_open(home, id, &donor), tree = -1;

	if (r < 0 || !handle_runs(&donor))
		return r == -ENOENT || r == 0 ? 0 : r;
	r = volume_mounts_read(donor.dir, &theirs);
	for (size_t i = 0; r == 0 && i < theirs.count; i++) {
		const struct volume_mount *m = &theirs.items[i];

		if (strcmp(m->name, wanted->name) != 0)
			continue;
		if (m->kind != VOLUME_MOUNT_TMPFS || wanted->kind != VOLUME_MOUNT_TMPFS)
			return fail(-ENOSYS,
				    "it is a tmpfs that container %.12s has, and sharing a subpath of one is not supported yet",
				    id);
		r = take_tree(&donor, m->destination, &tree);
		shown = xasprintf("/proc/%d/root%s", donor.state.pid, m->destination);
		if (r == 1)
			join_add_tree(join, wanted->destination, shown, tree);
		return r;
	}
	return r;
}

static int open_one(const struct home *home, const char *id, const struct volume_mount *m, struct join *join,
		    struct volume_shares *shares)
{
	autostrv users = { 0 };
	int lock = volume_lock(home->store, m->name), r;

	if (lock < 0)
		return lock;
	shares->locks[shares->count++] = lock;
	r = volume_users(home->store, m->name, &users);
	for (size_t i = 0; r == 0 && i < users.count; i++)
		if (strcmp(users.items[i], id) != 0)
			r = ask(home, users.items[i], m, join);
	return r < 0 ? fail_while(r, "volume %s", m->name) : 0;
}

/* All take several locks in the same order. */
static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct volume_mount *)a)->name, ((const struct volume_mount *)b)->name);
}

int volume_shares_open(const struct home *home, int dir, const char *id, struct join *join, struct volume_shares *ret)
{
	autocall(volume_mounts_release) struct volume_mounts own = { 0 };
	autocall(volume_shares_release) struct volume_shares s = { 0 };
	int r = volume_mounts_read(dir, &own);

	if (r < 0 || own.count == 0)
		return r;
	s.locks = xcalloc(own.count, sizeof *s.locks);
	qsort(own.items, own.count, sizeof *own.items, by_name);
	for (size_t i = 0; r == 0 && i < own.count; i++) {
		if (own.items[i].kind == VOLUME_MOUNT_DIR)
			continue;
		/* a lock is one descriptor's: twice would be for ever */
		if (i > 0 && strcmp(own.items[i].name, own.items[i - 1].name) == 0)
			return fail(-ENOSYS, "volume %s: a tmpfs at two places of one container is not supported yet",
				    own.items[i].name);
		r = open_one(home, id, &own.items[i], join, &s);
	}
	if (r < 0)
		return r;
	*ret = s;
	s = (struct volume_shares){ 0 };
	return 0;
}
