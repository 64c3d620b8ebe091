/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/meta.h"

#include "base/error.h"
#include "base/xattr.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_ACL "system.posix_acl_default"

void meta_times(const struct tar_entry *entry, struct timespec ret[2])
{
	ret[1] = (struct timespec){ .tv_sec = entry->mtime, .tv_nsec = entry->mtime_ns };
	ret[0] = ret[1];
}

static bool is_root(const struct tar_entry *e)
{
	return e->uid == 0 && e->gid == 0;
}

/*
 * A file system without attributes (-EOPNOTSUPP), or one that has no user.* on links and devices (-EPERM), loses them, as
 * with Docker. File capabilities and ACLs decide about access and are not lost silently.
 */
static int xattr_result(const struct tar_entry *e, const char *name)
{
	if (strncmp(name, "user.", 5) == 0 && (errno == EOPNOTSUPP || errno == EPERM))
		return 0;
	return fail_errno("set %s of %s", name, e->path);
}

static int set_xattrs(int fd, const struct meta *meta)
{
	const struct tar_entry *e = meta->entry;

	for (size_t i = 0; i < e->xattr_count; i++) {
		const struct tar_xattr *x = &e->xattrs[i];
		int r;

		if (!xattr_travels(x->name) || (meta->keep_defaults && strcmp(x->name, DEFAULT_ACL) == 0))
			continue;
		if (!meta->privileged && strcmp(x->name, "security.capability") == 0)
			continue;
		if (fsetxattr(fd, x->name, x->value, x->len, 0) < 0) {
			r = xattr_result(e, x->name);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int meta_set(int fd, const struct meta *meta)
{
	const struct tar_entry *e = meta->entry;
	bool chowned = meta->privileged && (!is_root(e) || !meta->keep_mode);
	struct timespec times[2];

	if (chowned && fchown(fd, e->uid, e->gid) < 0)
		return fail_errno("change the owner of %s", e->path);
	/* a new owner takes setuid and setgid away */
	if ((!meta->keep_mode || (chowned && e->mode & 06000)) && fchmod(fd, e->mode) < 0)
		return fail_errno("change the mode of %s", e->path);
	if (e->xattr_count) {
		int r = set_xattrs(fd, meta);

		if (r < 0)
			return r;
	}
	meta_times(e, times);
	if (!meta->keep_time && futimens(fd, times) < 0)
		return fail_errno("set the time of %s", e->path);
	return 0;
}

static int set_xattrs_at(int dir, const char *name, const struct tar_entry *e, bool privileged)
{
	/* there is no setxattrat before Linux 6.13, and O_PATH descriptors take no attributes */
	if (fchdir(dir) < 0)
		return fail_errno("enter the directory of %s", e->path);
	for (size_t i = 0; i < e->xattr_count; i++) {
		const struct tar_xattr *x = &e->xattrs[i];
		int r;

		if (!xattr_travels(x->name) || (!privileged && strcmp(x->name, "security.capability") == 0))
			continue;
		if (lsetxattr(name, x->name, x->value, x->len, 0) < 0) {
			r = xattr_result(e, x->name);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int meta_set_at(int dir, const char *name, const struct tar_entry *e, bool privileged)
{
	struct timespec times[2];

	if (privileged && !is_root(e)) {
		if (fchownat(dir, name, e->uid, e->gid, AT_SYMLINK_NOFOLLOW) < 0)
			return fail_errno("change the owner of %s", e->path);
	}
	if (e->xattr_count) {
		int r = set_xattrs_at(dir, name, e, privileged);

		if (r < 0)
			return r;
	}
	meta_times(e, times);
	if (utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno("set the time of %s", e->path);
	return 0;
}
