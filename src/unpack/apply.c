/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/apply.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/number.h"
#include "image/whiteout.h"
#include "unpack/meta.h"
#include "unpack/name.h"
#include "unpack/parents.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define REPLACE_RETRIES 3

/* What a directory gets when all entries are there: making entries changes its time, and setgid would be inherited. */
struct late {
	char *path;
	uint32_t mode;
	bool set_mode;
	struct timespec times[2];
	void *acl; /* system.posix_acl_default */
	size_t acl_len;
};

struct apply {
	struct apply_options options;
	struct parents parents;
	int nameless; /* the file being written that gets its name when it is complete, or -1 */
	struct late *late;
	size_t late_count, late_room, late_bytes;
	struct apply_result result;
};

/* Where an entry goes. */
struct place {
	char path[TAR_NAME_MAX + 1];   /* clean; "" is the root */
	char parent[TAR_NAME_MAX + 1]; /* clean */
	const char *name;              /* last part, in path */
	int dir;                       /* the parent, borrowed */
};

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

static int mark_opaque(struct apply *a, const char *path)
{
	if (a->result.opaque.len + strlen(path) + 1 > APPLY_OPAQUE_MAX)
		return fail(-EBADMSG, "the layer has too many opaque directories");
	/* the root is named, so that no name is empty */
	buf_add(&a->result.opaque, *path ? path : ".", strlen(*path ? path : ".") + 1);
	return 0;
}

/* A whiteout on the way, from `.wh.a` before `a/b`: the layer removes the old a and has a new one. */
static int clear_whiteouts(struct apply *a, const char *path)
{
	char part[TAR_NAME_MAX + 1];

	for (const char *end = path; end; end = strchr(end + 1, '/')) {
		const char *next = strchr(end + 1, '/'), *name;
		size_t len = next ? (size_t)(next - path) : strlen(path);
		autofd int dir = -1;
		struct stat st;

		memcpy(part, path, len);
		part[len] = '\0';
		dir = beneath_parent(a->options.root, part, &name);
		if (dir < 0)
			return dir;
		if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !is_whiteout(&st))
			continue;
		if (unlinkat(dir, name, 0) < 0 || mkdirat(dir, name, 0755) < 0)
			return -errno;
		return mark_opaque(a, part);
	}
	return -ENOTDIR;
}

static int place_entry(struct apply *a, const struct tar_entry *e, struct place *p)
{
	int r = name_clean(e->path, p->path);

	if (r < 0)
		return r;
	p->name = name_split(p->path, p->parent);
	p->dir = parents_get(&a->parents, p->parent);
	if (p->dir == -ENOTDIR) {
		r = clear_whiteouts(a, p->parent);
		p->dir = r < 0 ? r : parents_get(&a->parents, p->parent);
	}
	return p->dir < 0 ? fail_code(p->dir, "create the directory of %s", e->path) : 0;
}

/* Takes away what is in the way of @p, which is to become a directory or not. */
static int remove_existing(const struct apply *a, const struct place *p, bool directory)
{
	struct stat st;

	if (fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail_errno("look at %s", p->path);
	if (a->options.kind == APPLY_COPY && S_ISDIR(st.st_mode))
		return fail(-EISDIR, "cannot overwrite directory \"%s\" with non-directory", p->path);
	if (a->options.kind == APPLY_COPY && directory)
		return fail(-ENOTDIR, "cannot overwrite non-directory \"%s\" with directory", p->path);
	if (S_ISDIR(st.st_mode)) {
		int r = dir_remove_tree(p->dir, p->name);

		if (r < 0)
			return r;
	} else if (unlinkat(p->dir, p->name, 0) < 0) {
		return fail_errno("replace %s", p->path);
	}
	return 0;
}

/* Makes one thing with @make, which returns a descriptor, 0, or -EEXIST when something is in the way, which then goes. */
static int make_replacing(struct apply *a, struct place *p, const struct tar_entry *e,
			  int (*make)(const struct apply *a, const struct place *p, const struct tar_entry *e))
{
	for (int i = 0;; i++) {
		int r = make(a, p, e);

		if (r != -EEXIST || i == REPLACE_RETRIES)
			return r < 0 ? fail_code(r, "create %s", e->path) : r;
		r = remove_existing(a, p, e->type == TAR_DIRECTORY);
		if (r < 0)
			return r;
		/* what is gone may have been on the way to a directory that is kept open */
		parents_forget(&a->parents);
		p->dir = parents_get(&a->parents, p->parent);
		if (p->dir < 0)
			return fail_code(p->dir, "create the directory of %s", e->path);
	}
}

static int count_size(struct apply *a, const struct tar_entry *e)
{
	char text[NUMBER_TEXT_MAX];

	if (e->size > a->options.max_size - a->result.size)
		return fail(-EFBIG, "%s: the archive unpacks to more than %s", e->path,
			    number_size_1024(a->options.max_size, text));
	a->result.size += e->size;
	return 0;
}

static int write_data(struct tar_reader *tar, const struct tar_entry *e, int fd)
{
	struct tar_chunk c;
	int r;

	while ((r = tar_data(tar, &c)) > 0) {
		/* the pieces of a sparse file come in order: what is left out becomes a hole */
		if (e->sparse && lseek(fd, (off_t)c.offset, SEEK_SET) < 0)
			return fail_errno("write %s", e->path);
		r = fd_write_full(fd, c.data, c.len);
		if (r < 0)
			return fail_code(r, "write %s", e->path);
	}
	if (r == 0 && e->sparse && ftruncate(fd, (off_t)e->size) < 0)
		return fail_errno("write %s", e->path);
	return r;
}

static int make_file(const struct apply *a, const struct place *p, const struct tar_entry *e)
{
	int fd = openat(p->dir, p->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, e->mode);

	(void)a;
	return fd < 0 ? -errno : fd;
}

static int name_file(const struct apply *a, const struct place *p, const struct tar_entry *e)
{
	(void)e;
	return linkat(a->nameless, "", p->dir, p->name, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

/* Without a name until it is complete, where the file system knows such files; -1 where it does not. */
static int open_nameless(const struct apply *a, const struct place *p, const struct tar_entry *e)
{
	return a->options.kind == APPLY_COPY ? openat(p->dir, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, e->mode) : -1;
}

static int apply_file(struct apply *a, struct tar_reader *tar, const struct tar_entry *e, struct place *p)
{
	struct meta meta = { .entry = e, .privileged = a->options.privileged, .keep_mode = true };
	autofd int nameless = -1, fd = -1;
	int r = count_size(a, e);

	if (r < 0)
		return r;
	nameless = open_nameless(a, p, e);
	if (nameless < 0) {
		fd = make_replacing(a, p, e, make_file);
		if (fd < 0)
			return fd;
	}
	a->nameless = nameless;
	r = write_data(tar, e, nameless < 0 ? fd : nameless);
	/* without CAP_FSETID writing takes setuid away */
	if (!a->options.privileged && e->mode & 06000)
		meta.keep_mode = false;
	if (r == 0)
		r = meta_set(nameless < 0 ? fd : nameless, &meta);
	return r == 0 && nameless >= 0 ? make_replacing(a, p, e, name_file) : r;
}

static int add_late(struct apply *a, const char *path, const struct tar_entry *e, bool set_mode)
{
	struct late *late;

	a->late_bytes += sizeof *late + strlen(path) + 1;
	if (a->late_bytes > APPLY_LATE_MAX)
		return fail(-EBADMSG, "the archive has too many directories");
	if (a->late_count == a->late_room) {
		a->late_room = a->late_room ? 2 * a->late_room : 256;
		a->late = xrealloc(a->late, a->late_room * sizeof *a->late);
	}
	late = &a->late[a->late_count++];
	*late = (struct late){ .path = xstrdup(path), .mode = e->mode, .set_mode = set_mode };
	meta_times(e, late->times);
	for (size_t i = 0; i < e->xattr_count; i++) {
		const struct tar_xattr *x = &e->xattrs[i];

		if (strcmp(x->name, "system.posix_acl_default") != 0)
			continue;
		a->late_bytes += x->len;
		free(late->acl);
		late->acl = memcpy(xmalloc(x->len + 1), x->value, x->len);
		late->acl_len = x->len;
	}
	return 0;
}

/* The mode a directory has while entries are made in it: no setgid, which they would inherit, and open for its owner. */
static mode_t early_mode(const struct apply *a, const struct tar_entry *e)
{
	return a->options.privileged ? e->mode & 01777 : (e->mode & 01777) | 0700;
}

static int make_directory(const struct apply *a, const struct place *p, const struct tar_entry *e)
{
	struct stat st;

	if (mkdirat(p->dir, p->name, early_mode(a, e)) == 0)
		return 1;
	if (errno != EEXIST)
		return -errno;
	if (fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -EEXIST;
}

/* Whether a whiteout waits where a directory is to be made: then it must hide what lies below it. */
static bool over_whiteout(const struct place *p)
{
	struct stat st;

	return fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_whiteout(&st);
}

static int open_directory(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int apply_directory(struct apply *a, const struct tar_entry *e, struct place *p)
{
	bool privileged = a->options.privileged, existed = true, set_mode = e->mode != early_mode(a, e);
	struct tar_entry early = *e;
	struct meta meta = { .entry = &early, .privileged = privileged, .keep_defaults = true, .keep_time = true };
	autofd int fd = -1;
	int r;

	if (!*p->path && a->options.kind == APPLY_COPY)
		return 0;
	early.mode = early_mode(a, e);
	if (*p->path) {
		r = make_directory(a, p, e);
		if (r == -EEXIST && over_whiteout(p)) {
			int marked = mark_opaque(a, p->path);

			if (marked < 0)
				return marked;
		}
		if (r < 0)
			r = make_replacing(a, p, e, make_directory);
		if (r < 0)
			return r;
		existed = r == 0;
	}
	if (existed || e->xattr_count || e->uid || e->gid) {
		fd = *p->path ? open_directory(p->dir, p->name) : open_directory(a->options.root, ".");
		if (fd < 0)
			return fail_errno("open %s", e->path);
		meta.keep_mode = !existed;
		r = meta_set(fd, &meta);
		if (r < 0)
			return r;
	}
	return add_late(a, p->path, e, set_mode);
}

static int make_symlink(const struct apply *a, const struct place *p, const struct tar_entry *e)
{
	(void)a;
	return symlinkat(e->link, p->dir, p->name) < 0 ? -errno : 0;
}

static int apply_symlink(struct apply *a, const struct tar_entry *e, struct place *p)
{
	int r;

	if (!*e->link)
		return fail(-EBADMSG, "%s: a symbolic link to nothing", e->path);
	r = make_replacing(a, p, e, make_symlink);
	return r < 0 ? r : meta_set_at(p->dir, p->name, e, a->options.privileged);
}

static bool same_file(int dir_a, const char *a, int dir_b, const char *b)
{
	struct stat st_a, st_b;

	return fstatat(dir_a, a, &st_a, AT_SYMLINK_NOFOLLOW) == 0 && fstatat(dir_b, b, &st_b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;
}

/*
 * The target's directory is looked up inside the root, and its last part is not followed: a hard link through a symlink
 * is how archives reached outside files (CVE-2014-6407, CVE-2026-17106).
 */
static int apply_hardlink(struct apply *a, const struct tar_entry *e, struct place *p)
{
	char target[TAR_NAME_MAX + 1];
	autofd int target_dir = -1;
	const char *target_name;
	int r = name_clean(e->link, target);

	if (r < 0)
		return r;
	target_dir = beneath_parent(a->options.root, target, &target_name);
	for (int i = 0; target_dir >= 0; i++) {
		if (linkat(target_dir, target_name, p->dir, p->name, 0) == 0)
			return 0;
		if (errno != EEXIST || i == REPLACE_RETRIES)
			break;
		if (same_file(target_dir, target_name, p->dir, p->name))
			return 0;
		r = remove_existing(a, p, false);
		if (r < 0)
			return r;
		parents_forget(&a->parents);
		p->dir = parents_get(&a->parents, p->parent);
		if (p->dir < 0)
			return fail_code(p->dir, "create the directory of %s", e->path);
	}
	if (target_dir < 0)
		errno = -target_dir;
	if (errno == ENOENT)
		return fail(-EBADMSG, "%s is a hard link to %s, which is not in the archive", e->path, e->link);
	return fail_errno("link %s to %s", e->path, e->link);
}

static int make_node(const struct apply *a, const struct place *p, const struct tar_entry *e)
{
	mode_t type = e->type == TAR_CHAR ? S_IFCHR : e->type == TAR_FIFO ? S_IFIFO : S_IFBLK;

	(void)a;
	return mknodat(p->dir, p->name, type | e->mode, makedev(e->major, e->minor)) < 0 ? -errno : 0;
}

static int apply_node(struct apply *a, const struct tar_entry *e, struct place *p)
{
	int r = make_replacing(a, p, e, make_node);

	return r < 0 ? r : meta_set_at(p->dir, p->name, e, a->options.privileged);
}

/* `.wh.NAME` says nothing about a NAME of this very layer but that it does not merge with an older directory. */
static int apply_whiteout(struct apply *a, const struct place *p, const char *removed)
{
	char path[TAR_NAME_MAX + 1];
	struct stat st;

	if (mknodat(p->dir, removed, S_IFCHR, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return fail_errno("create the whiteout of %s", removed);
	if (fstatat(p->dir, removed, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno("look at %s", removed);
	if (!S_ISDIR(st.st_mode))
		return 0;
	name_join(p->parent, removed, path);
	return mark_opaque(a, path);
}

static int apply_entry(struct apply *a, struct tar_reader *tar, const struct tar_entry *e)
{
	struct place p;
	const char *removed = NULL;
	enum whiteout whiteout;
	int r = name_clean(e->path, p.path);

	if (r < 0)
		return r;
	whiteout = a->options.kind == APPLY_LAYER ? whiteout_of(p.path, &removed) : WHITEOUT_NONE;
	if (whiteout == WHITEOUT_METADATA)
		return 0;
	if (whiteout == WHITEOUT_BAD)
		return fail(-EBADMSG, "%s: a whiteout of nothing", e->path);
	if (!*p.path && e->type != TAR_DIRECTORY)
		return fail(-EBADMSG, "%s: the archive's root is not a directory", e->path);
	r = place_entry(a, e, &p);
	if (r < 0)
		return r;
	if (whiteout == WHITEOUT_OPAQUE)
		return mark_opaque(a, p.parent);
	if (whiteout == WHITEOUT_REMOVES)
		return apply_whiteout(a, &p, removed);
	switch (e->type) {
	case TAR_FILE:
		return apply_file(a, tar, e, &p);
	case TAR_DIRECTORY:
		return apply_directory(a, e, &p);
	case TAR_SYMLINK:
		return apply_symlink(a, e, &p);
	case TAR_HARDLINK:
		return apply_hardlink(a, e, &p);
	default:
		return apply_node(a, e, &p);
	}
}

/* In the order of the archive: an entry that came twice ends as the second says. One that is gone since is no matter. */
static int finish_directory(const struct apply *a, const struct late *late)
{
	autofd int fd = beneath_open(a->options.root, late->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0)
		return fail_code(fd, "open %s", late->path);
	if (late->set_mode && fchmod(fd, late->mode) < 0)
		return fail_errno("change the mode of %s", late->path);
	if (late->acl && fsetxattr(fd, "system.posix_acl_default", late->acl, late->acl_len, 0) < 0)
		return fail_errno("set the default ACL of %s", late->path);
	return futimens(fd, late->times) < 0 ? fail_errno("set the time of %s", late->path) : 0;
}

/* Makes of the entry what it shall be here; false when it is to be left out. */
static bool adapt(struct apply *a, struct tar_entry *e)
{
	if (a->options.owned) {
		e->uid = a->options.uid;
		e->gid = a->options.gid;
	}
	if (!a->options.plain)
		return true;
	e->mode &= 01777;
	e->xattr_count = 0;
	if (e->type != TAR_CHAR && e->type != TAR_BLOCK_DEVICE)
		return true;
	a->result.left_out++;
	return false;
}

static int apply_all(struct apply *a, struct tar_reader *tar)
{
	struct tar_entry e;
	int r;

	/* what Docker and tar give a root directory that is not in the archive */
	if (a->options.kind == APPLY_LAYER && fchmod(a->options.root, 0755) < 0)
		return fail_errno("change the mode of the target directory");
	while ((r = tar_next(tar, &e)) > 0) {
		if (a->result.entries++ == APPLY_ENTRIES_MAX)
			return fail(-EBADMSG, "the archive has more than %llu entries", (unsigned long long)APPLY_ENTRIES_MAX);
		r = adapt(a, &e) ? apply_entry(a, tar, &e) : 0;
		if (r < 0)
			return r;
	}
	if (r == 0)
		r = tar_drain(tar);
	parents_release(&a->parents);
	for (size_t i = 0; r == 0 && i < a->late_count; i++)
		r = finish_directory(a, &a->late[i]);
	return r;
}

int apply_archive(const struct apply_options *options, struct tar_reader *tar, struct apply_result *ret)
{
	struct apply a = { .options = *options, .nameless = -1, .result = { .opaque = BUF_INIT } };
	int r;

	parents_init(&a.parents, options->root);
	r = apply_all(&a, tar);
	parents_release(&a.parents);
	for (size_t i = 0; i < a.late_count; i++) {
		free(a.late[i].path);
		free(a.late[i].acl);
	}
	free(a.late);
	if (r < 0) {
		buf_release(&a.result.opaque);
		return r;
	}
	*ret = a.result;
	return 0;
}
