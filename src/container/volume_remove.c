/* SPDX-License-Identifier: Apache-2.0 */
/* Who mounts a volume, and its end. */
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/volume.h"
#include "container/volume_draft.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int volume_lock(const struct store *s, const char *name)
{
	autofree char *path = xasprintf(VOLUMES "/%s", name);

	if (volume_check_name(name) < 0)
		return -ENOENT;
	for (;;) {
		autofd int fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		struct stat held, there;

		if (fd < 0)
			return errno == ENOENT ? -ENOENT : fail_errno("open %s/%s", s->root, path);
		if (flock(fd, LOCK_EX) < 0 || fstat(fd, &held) < 0)
			return fail_errno("lock %s/%s", s->root, path);
		/* removed and made again while we waited: another volume */
		if (fstatat(s->fd, path, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == held.st_ino)
			return take_fd(&fd);
	}
}

static bool container_exists(const struct store *s, const char *id)
{
	autofree char *path = xasprintf("containers/%s", id);

	return faccessat(s->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int volume_add_user(int fd, const char *id)
{
	autofree char *path = xasprintf("users/%s", id);
	autofd int file = openat(fd, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	return file < 0 ? fail_errno("note the volume's user") : 0;
}

void volume_drop_user(const struct store *s, const char *name, const char *id)
{
	autofree char *path = xasprintf(VOLUMES "/%s/users/%s", name, id);

	(void)unlinkat(s->fd, path, 0);
}

struct users {
	const struct store *store;
	struct strv *ids;
};

static int add_user(int fd, const char *id, void *data)
{
	const struct users *u = data;

	(void)fd;
	if (container_exists(u->store, id))
		strv_add(u->ids, id);
	return 0;
}

int volume_users(const struct store *s, const char *name, struct strv *ret)
{
	autofree char *path = xasprintf(VOLUMES "/%s/users", name);
	struct users u = { s, ret };
	int r = dir_each(s->fd, path, add_user, &u);

	return r == -ENOENT ? 0 : r;
}

uint64_t volume_size(const struct store *s, const char *name)
{
	autofree char *path = xasprintf(VOLUMES "/%s/_data", name);

	return dir_size(s->fd, path);
}

int volume_remove(const struct home *home, const char *name)
{
	const struct store *s = home->store;
	autocall(volume_draft_drop) struct volume_draft gone = VOLUME_DRAFT_NONE;
	autofd int fd = volume_lock(s, name);
	autostrv users = { 0 };
	int r;

	if (fd < 0)
		return fd == -ENOENT ? fail(fd, "no such volume") : fd;
	r = volume_users(s, name, &users);
	if (r == 0 && users.count) {
		autofree char *ids = strv_join(&users, ", ");

		return fail(-EBUSY, "volume is in use - [%s]", ids);
	}
	if (r == 0)
		r = volume_draft_take(s, name, fd, &gone);
	if (r == 0)
		volume_event(home, "destroy", name);
	return r;
}

struct pruning {
	const struct home *home;
	const struct volume_prune *prune;
	uint64_t bytes;
};

static int prune_one(const struct volume *v, void *data)
{
	struct pruning *p = data;
	autostrv users = { 0 };
	uint64_t bytes;
	int r;

	if (p->prune->wanted && !p->prune->wanted(v, p->prune->data))
		return 0;
	r = volume_users(p->home->store, v->name, &users);
	if (r < 0 || users.count)
		return r;
	bytes = volume_size(p->home->store, v->name);
	r = volume_remove(p->home, v->name);
	/* another command has taken or removed it since */
	if (r == -EBUSY || r == -ENOENT)
		return 0;
	if (r < 0)
		return fail_while(r, "remove %s", v->name);
	p->bytes += bytes;
	if (p->prune->removed)
		p->prune->removed(v->name, p->prune->data);
	return 0;
}

int volume_prune(const struct home *home, const struct volume_prune *prune, uint64_t *ret_bytes)
{
	struct pruning p = { .home = home, .prune = prune };
	int r;

	volume_draft_sweep(home->store);
	r = volume_each(home->store, prune_one, &p);
	*ret_bytes = p.bytes;
	return r;
}
