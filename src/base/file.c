/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read_fd(int fd, const char *name, size_t max, struct buf *ret)
{
	struct stat st;

	buf_clear(ret);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((size_t)st.st_size > max)
			return fail(-EFBIG, "read %s: it is larger than %zu bytes", name, max);
		buf_reserve(ret, (size_t)st.st_size);
	}
	for (;;) {
		size_t room;
		ssize_t n;

		buf_reserve(ret, ret->len + 1 < ret->size ? ret->size - ret->len - 1 : 4096);
		room = ret->size - ret->len - 1;
		n = fd_read_full(fd, ret->data + ret->len, room);
		if (n < 0)
			return fail_code((int)n, "read %s", name);
		ret->len += (size_t)n;
		ret->data[ret->len] = '\0';
		if (ret->len > max)
			return fail(-EFBIG, "read %s: it is larger than %zu bytes", name, max);
		if ((size_t)n < room)
			return 0;
	}
}

int file_read(int dirfd, const char *path, size_t max, struct buf *ret)
{
	/* O_NONBLOCK: a FIFO in place of the file must not hang us */
	autofd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno("open %s", path);
	if (!S_ISREG(st.st_mode))
		return fail(-EINVAL, "read %s: it is not a regular file", path);
	return file_read_fd(fd, path, max, ret);
}

int file_read_any(const char *path, size_t max, struct buf *ret)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? fail_errno("open %s", path) : file_read_fd(fd, path, max, ret);
}

/* Writes a temporary file beside @path and returns its name (caller frees), or NULL with words. */
static int write_beside(int dirfd, const char *path, const void *data, size_t len, mode_t mode, bool sync, char **ret)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char id[17];
	autofree char *temp = NULL;
	autofd int fd = -1;
	int r;

	/* a dot in front: who lists the directory meanwhile, or after a kill, knows it by that */
	random_hex(id, 16);
	temp = xasprintf("%.*s.%s.%s.tmp", (int)(name - path), path, name, id);
	fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return fail_errno("create %s", temp);
	r = fd_write_full(fd, data, len);
	if (r == 0 && fchmod(fd, mode) < 0) /* the umask is the user's, the mode is ours */
		r = -errno;
	if (r == 0 && sync && fsync(fd) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(dirfd, temp, 0);
		return fail_code(r, "write %s", path);
	}
	*ret = take(&temp);
	return 0;
}

static int sync_parent(int dirfd, const char *path)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	autofd int fd = openat(dirfd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return fail_errno("sync %s", parent);
	return 0;
}

int file_write(int dirfd, const char *path, const void *data, size_t len, mode_t mode, enum file_sync sync)
{
	autofree char *temp = NULL;
	int r = write_beside(dirfd, path, data, len, mode, sync == FILE_DURABLE, &temp);

	if (r < 0)
		return r;
	if (renameat(dirfd, temp, dirfd, path) < 0) {
		r = fail_errno("write %s", path);
		(void)unlinkat(dirfd, temp, 0);
		return r;
	}
	return sync == FILE_DURABLE ? sync_parent(dirfd, path) : 0;
}

int file_create(int dirfd, const char *path, const void *data, size_t len, mode_t mode)
{
	autofree char *temp = NULL;
	int r = write_beside(dirfd, path, data, len, mode, false, &temp);

	if (r < 0)
		return r;
	r = linkat(dirfd, temp, dirfd, path, 0) < 0 ? -errno : 0;
	(void)unlinkat(dirfd, temp, 0);
	if (r < 0 && r != -EEXIST)
		return fail_code(r, "create %s", path);
	return r;
}

int file_read_line(int dirfd, const char *path, char **ret)
{
	autobuf b = BUF_INIT;
	int r = file_read(dirfd, path, 1 << 20, &b);

	if (r < 0)
		return r;
	*ret = xstrndup(b.data, strcspn(b.data, "\n"));
	return 0;
}

static long long copy_by_hand(int from, int to, long long len)
{
	char data[65536];
	long long done = 0;

	while (len < 0 || done < len) {
		size_t want = len < 0 || len - done > (long long)sizeof data ? sizeof data : (size_t)(len - done);
		ssize_t n = read(from, data, want);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		r = fd_write_full(to, data, (size_t)n);
		if (r < 0)
			return r;
		done += n;
	}
	return done;
}

long long file_copy(int from, int to, long long len)
{
	long long done = 0;

	while (len < 0 || done < len) {
		size_t want = len < 0 || len - done > (1LL << 30) ? 1UL << 30 : (size_t)(len - done);
		ssize_t n = copy_file_range(from, NULL, to, NULL, want, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (n == 0 && done == 0)) {
			/* other filesystem, a pipe, or /proc which claims to be empty: read and write */
			long long rest = copy_by_hand(from, to, len < 0 ? -1 : len - done);

			return rest < 0 ? rest : done + rest;
		}
		if (n == 0)
			break;
		done += n;
	}
	return done;
}
