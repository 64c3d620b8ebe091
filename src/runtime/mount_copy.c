/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount_copy.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 128

struct copy {
	int to;
	unsigned int depth;
};

static int copy_tree(int from, int to, unsigned int depth);

static int set_attributes(int dir, const char *name, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (fchownat(dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISLNK(st->st_mode) && fchmodat(dir, name, st->st_mode & 07777, 0) < 0)
		return -errno;
	return utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int copy_file(int from_dir, const char *name, int to_dir)
{
	autofd int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autofd int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	long long n;

	if (from < 0 || to < 0)
		return -errno;
	n = file_copy(from, to, -1);
	return n < 0 ? (int)n : 0;
}

static int copy_link(int from_dir, const char *name, int to_dir)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from_dir, name, target, sizeof target - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	return symlinkat(target, to_dir, name) < 0 ? -errno : 0;
}

static int copy_directory(int from_dir, const char *name, int to_dir, unsigned int depth)
{
	autofd int from = openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autofd int to = -1;

	if (from < 0 || mkdirat(to_dir, name, 0700) < 0)
		return -errno;
	to = openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return to < 0 ? -errno : copy_tree(from, to, depth + 1);
}

static int copy_entry(int from_dir, const char *name, void *data)
{
	const struct copy *c = data;
	struct stat st;
	int r;

	if (fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		r = copy_directory(from_dir, name, c->to, c->depth);
	else if (S_ISREG(st.st_mode))
		r = copy_file(from_dir, name, c->to);
	else if (S_ISLNK(st.st_mode))
		r = copy_link(from_dir, name, c->to);
	else
		r = mknodat(c->to, name, st.st_mode, st.st_rdev) < 0 ? -errno : 0;
	return r < 0 ? r : set_attributes(c->to, name, &st);
}

static int copy_tree(int from, int to, unsigned int depth)
{
	struct copy c = { .to = to, .depth = depth };

	if (depth > DEPTH_MAX)
		return -ELOOP;
	return dir_each(from, ".", copy_entry, &c);
}

int mount_copy_up(int from, int to, const char *shown, struct copy_up_keep keep)
{
	/* a tmpfs is one level: its root takes what the directory had, too */
	struct stat st, own;
	int r = fstat(from, &st) < 0 || fstat(to, &own) < 0 ? -errno : copy_tree(from, to, 0);

	if (r == 0 && keep.mode)
		st.st_mode = own.st_mode;
	if (r == 0 && keep.owner) {
		st.st_uid = own.st_uid;
		st.st_gid = own.st_gid;
	}
	if (r == 0)
		r = set_attributes(to, ".", &st);
	return r < 0 ? fail_code(r, "copy %s into its tmpfs", shown) : 0;
}
