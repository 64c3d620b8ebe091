/* SPDX-License-Identifier: Apache-2.0 */
#include "image/blobstore.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define NAME_MAX_LEN 96

static const char *blob_name(const char *digest, char name[NAME_MAX_LEN])
{
	snprintf(name, NAME_MAX_LEN, "blobs/sha256/%s", digest_hex(digest));
	return name;
}

static const char *partial_name(const char *digest, char name[NAME_MAX_LEN])
{
	snprintf(name, NAME_MAX_LEN, "partial/%s", digest_hex(digest));
	return name;
}

int64_t blobstore_size(const struct store *s, const char *digest)
{
	char name[NAME_MAX_LEN];
	struct stat st;

	if (fstatat(s->fd, blob_name(digest, name), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("read blob %s", digest);
	return st.st_size;
}

int blobstore_open(const struct store *s, const char *digest)
{
	char name[NAME_MAX_LEN];
	int fd = openat(s->fd, blob_name(digest, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("open blob %s", digest);
	return fd;
}

int blobstore_read(const struct store *s, const char *digest, size_t max, struct buf *ret)
{
	char name[NAME_MAX_LEN], found[DIGEST_MAX];
	int r = file_read(s->fd, blob_name(digest, name), max, ret);

	if (r < 0)
		return r;
	if (strcmp(digest_of(ret->data, ret->len, found), digest) != 0)
		return fail(-EBADMSG, "read blob %s: its content was changed, it hashes to %s", digest, found);
	return 0;
}

int blobstore_put(const struct store *s, const void *data, size_t len, char digest[DIGEST_MAX])
{
	char name[NAME_MAX_LEN];

	digest_of(data, len, digest);
	if (blobstore_size(s, digest) == (int64_t)len)
		return 0;
	return file_write(s->fd, blob_name(digest, name), data, len, 0600, FILE_DURABLE);
}

int blobstore_begin(const struct store *s, const char *digest, int64_t *ret_size)
{
	char name[NAME_MAX_LEN];

	partial_name(digest, name);
	for (;;) {
		autofd int fd = lock_try(s->fd, name, LOCK_EXCLUSIVE);
		struct stat st, there;

		if (fd < 0)
			return fd;
		if (fstat(fd, &st) < 0)
			return fail_errno("read %s", name);
		/* whoever held the lock may have moved the file to blobs/ or thrown it away */
		if (fstatat(s->fd, name, &there, AT_SYMLINK_NOFOLLOW) < 0 || there.st_ino != st.st_ino) {
			if (blobstore_size(s, digest) >= 0)
				return -EEXIST;
			continue;
		}
		*ret_size = st.st_size;
		return take_fd(&fd);
	}
}

int blobstore_commit(const struct store *s, const char *digest, int fd)
{
	char from[NAME_MAX_LEN], to[NAME_MAX_LEN];

	(void)fchmod(fd, 0600);
	if (renameat(s->fd, partial_name(digest, from), s->fd, blob_name(digest, to)) < 0)
		return fail_errno("rename %s to %s", from, to);
	return 0;
}

void blobstore_discard(const struct store *s, const char *digest, int fd)
{
	char name[NAME_MAX_LEN];

	(void)!ftruncate(fd, 0);
	(void)unlinkat(s->fd, partial_name(digest, name), 0);
}

int blobstore_remove(const struct store *s, const char *digest)
{
	char name[NAME_MAX_LEN];

	if (unlinkat(s->fd, blob_name(digest, name), 0) < 0 && errno != ENOENT)
		return fail_errno("remove blob %s", digest);
	return 0;
}

int blobstore_hold(const struct store *s, bool making)
{
	autofd int fd = openat(s->fd, "blobs/sha256", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return fail_errno("open %s/blobs/sha256", s->root);
	do
		r = flock(fd, making ? LOCK_SH : LOCK_EX | LOCK_NB);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : fail_errno("hold %s/blobs/sha256", s->root);
	return take_fd(&fd);
}
