/* SPDX-License-Identifier: Apache-2.0 */
#include "image/layer.h"

#include "base/buf.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/random.h"
#include "image/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define DRAFT    ".tmp-"
#define PATH_LEN 128
#define BOOT_ID  "/proc/sys/kernel/random/boot_id"

static char *boot_id(void)
{
	char *id = NULL;

	return file_read_line(AT_FDCWD, BOOT_ID, &id) == 0 ? id : NULL;
}

bool layer_settled(const struct store *s, const char *chain)
{
	char path[PATH_LEN];

	snprintf(path, sizeof path, "layers/%s/settled", digest_hex(chain));
	return faccessat(s->fd, path, F_OK, 0) == 0;
}

bool layer_ready(const struct store *s, const char *chain)
{
	autofree char *boot = NULL, *unpacked_in = NULL;
	char path[PATH_LEN];

	if (layer_settled(s, chain))
		return true;
	snprintf(path, sizeof path, "layers/%s/done", digest_hex(chain));
	if (file_read_line(s->fd, path, &unpacked_in) < 0)
		return false;
	boot = boot_id();
	return boot && strcmp(boot, unpacked_in) == 0;
}

void layer_settle(const struct store *s, const char *chain)
{
	char path[PATH_LEN];
	int fd;

	snprintf(path, sizeof path, "layers/%s/settled", digest_hex(chain));
	fd = openat(s->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		close(fd);
}

char *layer_path(const struct store *s, const char *chain)
{
	return xasprintf("%s/layers/%s/diff", s->root, digest_hex(chain));
}

int64_t layer_size(const struct store *s, const char *chain)
{
	autofree char *text = NULL;
	char path[PATH_LEN];
	int64_t size;

	snprintf(path, sizeof path, "layers/%s/size", digest_hex(chain));
	return file_read_line(s->fd, path, &text) == 0 && number_i64(text, &size) == 0 ? size : 0;
}

static int add_layer(int dirfd, const char *name, void *data)
{
	autofree char *text = NULL, *path = xasprintf("%s/size", name);
	int64_t size;

	if (*name != '.' && file_read_line(dirfd, path, &text) == 0 && number_i64(text, &size) == 0)
		*(int64_t *)data += size;
	return 0;
}

int64_t layer_total(const struct store *s)
{
	int64_t total = 0;

	if (dir_each(s->fd, "layers", add_layer, &total) < 0)
		error_clear(); /* there never was one */
	return total;
}

/* -EAGAIN when a cleaner took the new directory for rubbish before it was locked. */
static int try_begin(const struct store *s, struct layer_draft *d)
{
	char path[PATH_LEN], digits[17];
	struct stat st;

	random_hex(digits, 16);
	snprintf(d->name, sizeof d->name, DRAFT "%s", digits);
	snprintf(path, sizeof path, "layers/%s", d->name);
	if (mkdirat(s->fd, path, 0700) < 0)
		return fail_errno("create %s/%s", s->root, path);
	d->fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (d->fd < 0)
		return errno == ENOENT ? -EAGAIN : fail_errno("open %s/%s", s->root, path);
	if (flock(d->fd, LOCK_EX) < 0 || fstat(d->fd, &st) < 0)
		return fail_errno("lock %s/%s", s->root, path);
	if (st.st_nlink == 0)
		return -EAGAIN;
	if (mkdirat(d->fd, "diff", 0755) < 0)
		return fail_errno("create %s/%s/diff", s->root, path);
	d->diff = openat(d->fd, "diff", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (d->diff < 0)
		return fail_errno("open %s/%s/diff", s->root, path);
	/* the umask was the user's, the root of a file system is not */
	(void)fchmod(d->diff, 0755);
	return 0;
}

int layer_begin(const struct store *s, struct layer_draft *ret)
{
	for (int tries = 0;; tries++) {
		struct layer_draft d = LAYER_DRAFT_NONE;
		int r = try_begin(s, &d);

		if (r == 0) {
			*ret = d;
			return 0;
		}
		layer_drop(s, &d);
		if (r != -EAGAIN || tries > 10)
			return r;
	}
}

/* Moves the draft to its place. One that is no finished layer, from before a power cut, makes way. */
static int take_place(const struct store *s, struct layer_draft *draft, const char *chain)
{
	char from[PATH_LEN], to[PATH_LEN];

	snprintf(from, sizeof from, "layers/%s", draft->name);
	snprintf(to, sizeof to, "layers/%s", digest_hex(chain));
	for (int tries = 0; renameat(s->fd, from, s->fd, to) < 0; tries++) {
		int r;

		if ((errno != EEXIST && errno != ENOTEMPTY) || tries > 10)
			return fail_errno("rename %s to %s", from, to);
		if (layer_ready(s, chain))
			return 0;
		r = layer_remove(s, chain);
		if (r < 0)
			return r;
	}
	*draft->name = '\0';
	return 0;
}

int layer_commit(const struct store *s, struct layer_draft *draft, const char *chain, int64_t size)
{
	autofree char *boot = boot_id();
	char text[32];
	int r;

	snprintf(text, sizeof text, "%" PRId64 "\n", size);
	r = file_write(draft->fd, "size", text, strlen(text), 0600, FILE_VOLATILE);
	if (r == 0)
		r = file_write(draft->fd, "done", boot ? boot : "", boot ? strlen(boot) : 0, 0600, FILE_VOLATILE);
	if (r == 0)
		r = take_place(s, draft, chain);
	if (r < 0)
		return r;
	layer_drop(s, draft);
	return 0;
}

void layer_drop(const struct store *s, struct layer_draft *draft)
{
	int saved = errno;
	char path[PATH_LEN];

	if (draft->diff >= 0)
		close(draft->diff);
	if (*draft->name) {
		snprintf(path, sizeof path, "layers/%s", draft->name);
		(void)dir_remove_tree(s->fd, path);
	}
	if (draft->fd >= 0)
		close(draft->fd);
	*draft = LAYER_DRAFT_NONE;
	errno = saved;
}

static int clean_one(int fd, const char *name, void *data)
{
	autofd int dir = -1;

	(void)data;
	if (strncmp(name, DRAFT, sizeof DRAFT - 1) != 0)
		return 0;
	dir = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir >= 0 && flock(dir, LOCK_EX | LOCK_NB) == 0)
		(void)dir_remove_tree(fd, name);
	return 0;
}

void layer_clean(const struct store *s)
{
	(void)dir_each(s->fd, "layers", clean_one, NULL);
	error_clear();
}

int layer_remove(const struct store *s, const char *chain)
{
	char from[PATH_LEN], to[PATH_LEN], digits[17];

	random_hex(digits, 16);
	snprintf(from, sizeof from, "layers/%s", digest_hex(chain));
	snprintf(to, sizeof to, "layers/" DRAFT "%s", digits);
	if (renameat(s->fd, from, s->fd, to) < 0)
		return errno == ENOENT ? 0 : fail_errno("remove %s/%s", s->root, from);
	return dir_remove_tree(s->fd, to);
}
