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

static bool is_shared(const struct volume_mount *m)
{
	return m->kind == VOLUME_MOUNT_TMPFS || m->kind == VOLUME_MOUNT_PART;
}

/* One that ended meanwhile has nothing to give. */
static int take_tree(struct handle *donor, const struct volume_mount *theirs, int *ret)
{
	autofd int pidfd = -1, tree = -1;
	struct statfs fs;
	int r = handle_pidfd(donor, &pidfd);

	if (r == 0)
		r = tree = theirs->kind == VOLUME_MOUNT_PART ? tree_open_covered(pidfd, theirs->destination)
							     : tree_open(pidfd, theirs->destination);
	if (r < 0)
		return handle_refresh(donor) < 0 || !handle_runs(donor) ? 0 : r;
	/* whoever may mount in there could have put something else in its place */
	if (fstatfs(tree, &fs) < 0 || fs.f_type != TMPFS_MAGIC)
		return fail(-EINVAL, "container %.12s has no tmpfs any more on %s", donor->record.id, theirs->destination);
	*ret = take_fd(&tree);
	return 1;
}

/* Where that container has the volume: best a place that shows all of it. */
static const struct volume_mount *find_place(const struct volume_mounts *theirs, const char *name)
{
	const struct volume_mount *found = NULL;

	for (size_t i = 0; i < theirs->count; i++)
		if (strcmp(theirs->items[i].name, name) == 0 && is_shared(&theirs->items[i]) &&
		    (!found || found->kind == VOLUME_MOUNT_PART))
			found = &theirs->items[i];
	return found;
}

/* 1 when this one gave it. */
static int ask(const struct home *home, const char *id, const struct volume_mount *wanted, struct join *join)
{
	autocall(handle_release) struct handle donor = HANDLE_NONE;
	autocall(volume_mounts_release) struct volume_mounts theirs = { 0 };
	const struct volume_mount *m;
	autofree char *shown = NULL;
	int r = handle_open(home, id, &donor), tree = -1;

	if (r < 0 || !handle_runs(&donor))
		return r == -ENOENT || r == 0 ? 0 : r;
	r = volume_mounts_read(donor.dir, &theirs);
	m = r == 0 ? find_place(&theirs, wanted->name) : NULL;
	if (!m)
		return r;
	r = take_tree(&donor, m, &tree);
	shown = xasprintf("/proc/%d/root%s", donor.state.pid, m->destination);
	if (r == 1)
		join_add_tree(join, wanted->destination, shown, tree, false);
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
	/* a disk is filled by whoever mounts it first, and is whole for who comes next */
	if (!is_shared(m))
		return 0;
	r = volume_users(home->store, m->name, &users);
	for (size_t i = 0; r == 0 && i < users.count; i++)
		if (strcmp(users.items[i], id) != 0)
			r = ask(home, users.items[i], m, join);
	return r < 0 ? fail_while(r, "volume %s", m->name) : 0;
}

/* All take several locks in the same order. Of several places the first is mounted first: the others get it from there. */
static int by_name(const void *a, const void *b)
{
	const struct volume_mount *const *x = a, *const *y = b;
	int r = strcmp((*x)->name, (*y)->name);

	return r ? r : (*x > *y) - (*x < *y);
}

int volume_shares_open(const struct home *home, int dir, const char *id, struct join *join, struct volume_shares *ret)
{
	autocall(volume_mounts_release) struct volume_mounts own = { 0 };
	autocall(volume_shares_release) struct volume_shares s = { 0 };
	autofree const struct volume_mount **order = NULL;
	int r = volume_mounts_read(dir, &own);

	if (r < 0 || own.count == 0)
		return r;
	s.locks = xcalloc(own.count, sizeof *s.locks);
	order = xcalloc(own.count, sizeof *order);
	for (size_t i = 0; i < own.count; i++)
		order[i] = &own.items[i];
	qsort(order, own.count, sizeof *order, by_name);
	for (size_t i = 0; r == 0 && i < own.count; i++) {
		/* a lock is one descriptor's: twice would be for ever */
		if (order[i]->kind == VOLUME_MOUNT_DIR || (i > 0 && strcmp(order[i]->name, order[i - 1]->name) == 0))
			continue;
		r = open_one(home, id, order[i], join, &s);
	}
	if (r < 0)
		return r;
	*ret = s;
	s = (struct volume_shares){ 0 };
	return 0;
}

static bool is_given(const struct join *j, const char *at)
{
	for (size_t i = 0; i < j->given.tree_count; i++)
		if (strcmp(j->given.trees[i].at, at) == 0)
			return true;
	return false;
}

void volume_shares_keep_owners(struct spec *spec, const struct join *join)
{
	for (size_t i = 0; i < spec->mounts.count; i++) {
		struct spec_mount *m = &spec->mounts.items[i];

		if (!m->type || strcmp(m->type, "tmpfs") != 0 || is_given(join, m->destination))
			strv_env_unset(&m->options, "X-mount.chown");
	}
}
