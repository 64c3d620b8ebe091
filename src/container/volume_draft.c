/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_draft.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX    ".tmp-"
#define TRIES_MAX 10

static int open_volumes(const struct store *s)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, fd = openat(s->fd, VOLUMES, flags);

	if (fd < 0 && errno == ENOENT && (mkdirat(s->fd, VOLUMES, 0700) == 0 || errno == EEXIST))
		fd = openat(s->fd, VOLUMES, flags);
	return fd < 0 ? fail_errno("open %s/" VOLUMES, s->root) : fd;
}

static void choose_name(struct volume_draft *d)
{
	char digits[17];

	random_hex(digits, 16);
	snprintf(d->name, sizeof d->name, PREFIX "%s", digits);
}

/* -EAGAIN when a sweeper took the new directory for rubbish before it was locked. */
static int try_begin(struct volume_draft *d, int volumes)
{
	struct stat st;

	choose_name(d);
	if (mkdirat(volumes, d->name, 0700) < 0)
		return fail_errno("create %s/" VOLUMES "/%s", d->store->root, d->name);
	d->fd = openat(volumes, d->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (d->fd < 0)
		return errno == ENOENT ? -EAGAIN : fail_errno("open %s/" VOLUMES "/%s", d->store->root, d->name);
	if (flock(d->fd, LOCK_EX) < 0 || fstat(d->fd, &st) < 0)
		return fail_errno("lock %s/" VOLUMES "/%s", d->store->root, d->name);
	return st.st_nlink == 0 ? -EAGAIN : 0;
}

int volume_draft_begin(const struct store *s, struct volume_draft *ret)
{
	autofd int volumes = open_volumes(s);

	if (volumes < 0)
		return volumes;
	for (int tries = 0;; tries++) {
		struct volume_draft d = { .store = s, .fd = -1 };
		int r = try_begin(&d, volumes);

		if (r == 0) {
			*ret = d;
			return 0;
		}
		volume_draft_drop(&d);
		if (r != -EAGAIN || tries == TRIES_MAX)
			return r;
	}
}

int volume_draft_take(const struct store *s, const char *name, int fd, struct volume_draft *ret)
{
	struct volume_draft d = { .store = s, .fd = -1 };
	autofd int volumes = open_volumes(s);

	if (volumes < 0)
		return volumes;
	choose_name(&d);
	d.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (d.fd < 0 || renameat(volumes, name, volumes, d.name) < 0) {
		cleanup_fd(&d.fd);
		return fail_errno("rename %s/" VOLUMES "/%s", s->root, name);
	}
	*ret = d;
	return 0;
}

int volume_draft_commit(struct volume_draft *d, const char *name, bool durable)
{
	autofd int volumes = open_volumes(d->store);

	if (volumes < 0)
		return volumes;
	if (renameat2(volumes, d->name, volumes, name, RENAME_NOREPLACE) < 0)
		return errno == EEXIST ? -EEXIST : fail_errno("create %s/" VOLUMES "/%s", d->store->root, name);
	*d->name = '\0';
	if (durable && fsync(volumes) < 0)
		return fail_errno("sync %s/" VOLUMES, d->store->root);
	return 0;
}

void volume_draft_drop(struct volume_draft *d)
{
	if (d->store && *d->name) {
		autofree char *path = xasprintf(VOLUMES "/%s", d->name);
		int r = dir_remove_tree(d->store->fd, path);

		if (r < 0)
			log_warning("cannot remove what is left of a volume: %s", error_text(r));
	}
	cleanup_fd(&d->fd);
	*d = VOLUME_DRAFT_NONE;
}

static int sweep_one(int volumes, const char *name, void *data)
{
	struct volume_draft d = { .store = data, .fd = -1 };
	struct stat st;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0 || strlen(name) >= sizeof d.name)
		return 0;
	d.fd = openat(volumes, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (d.fd >= 0 && flock(d.fd, LOCK_EX | LOCK_NB) == 0 && fstat(d.fd, &st) == 0 && st.st_nlink > 0)
		memcpy(d.name, name, strlen(name) + 1);
	volume_draft_drop(&d);
	return 0;
}

void volume_draft_sweep(const struct store *s)
{
	(void)dir_each(s->fd, VOLUMES, sweep_one, (void *)s);
}
