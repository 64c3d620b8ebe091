/* SPDX-License-Identifier: Apache-2.0 */
#include "image/collect.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/layer.h"
#include "image/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEX_DIGITS 64

struct collector {
	const struct store *store;
	time_t before; /* modified up to then */
	struct parts used;
	uint64_t bytes;
};

static bool is_old(const struct collector *c, int dirfd, const char *name, struct stat *st)
{
	return strlen(name) == HEX_DIGITS && fstatat(dirfd, name, st, AT_SYMLINK_NOFOLLOW) == 0 && st->st_mtime <= c->before;
}

static int collect_blob(int dirfd, const char *name, void *data)
{
	struct collector *c = data;
	autofree char *digest = xasprintf("sha256:%s", name);
	struct stat st;

	if (*name == '.' ? fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 /* half-written: nobody writes now */
			 : !is_old(c, dirfd, name, &st) || strv_contains(&c->used.blobs, digest))
		return 0;
	if (unlinkat(dirfd, name, 0) == 0)
		c->bytes += (uint64_t)st.st_size;
	return 0;
}

/* Who fetches it holds its lock. */
static int collect_partial(int dirfd, const char *name, void *data)
{
	struct collector *c = data;
	autofd int fd = -1;
	struct stat st;

	if (!is_old(c, dirfd, name, &st))
		return 0;
	fd = openat(dirfd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && unlinkat(dirfd, name, 0) == 0)
		c->bytes += (uint64_t)st.st_size;
	return 0;
}

static int collect_layer(int dirfd, const char *name, void *data)
{
	struct collector *c = data;
	autofree char *chain = xasprintf("sha256:%s", name);
	uint64_t size;
	struct stat st;

	if (!is_old(c, dirfd, name, &st) || strv_contains(&c->used.chains, chain))
		return 0;
	size = (uint64_t)layer_size(c->store, chain);
	if (layer_remove(c->store, chain) == 0)
		c->bytes += size;
	return 0;
}

/* tag and rmi write names without holding the store: a minute is ages to them. */
static int collect_half_entry(int dirfd, const char *name, void *data)
{
	struct stat st;

	(void)data;
	if (*name == '.' && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime < time(NULL) - 60)
		(void)unlinkat(dirfd, name, 0);
	return 0;
}

static int collect(struct collector *c)
{
	static const struct {
		const char *dir;
		int (*visit)(int dirfd, const char *name, void *data);
	} kinds[] = { { "blobs/sha256", collect_blob },
		      { "partial", collect_partial },
		      { "layers", collect_layer },
		      { "images", collect_half_entry } };
	bool whole = false;
	int r = parts_add_all(c->store, &c->used, &whole);

	if (r < 0 || !whole) {
		log_debug("nothing is collected: the documents of some image cannot be read");
		return r;
	}
	layer_clean(c->store);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++) {
		r = dir_each(c->store->fd, kinds[i].dir, kinds[i].visit, c);
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}

int image_collect(const struct store *s, int64_t age, uint64_t *ret_bytes)
{
	struct collector c = { .store = s, .before = time(NULL) - (time_t)age };
	autofd int fd = blobstore_hold(s, false);
	int r;

	*ret_bytes = 0;
	if (fd < 0)
		return fd == -EAGAIN ? 0 : fd;
	r = collect(&c);
	parts_release(&c.used);
	*ret_bytes = c.bytes;
	return r;
}
