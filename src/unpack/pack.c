/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/pack.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/tar_write.h"
#include "unpack/holes.h"
#include "unpack/links.h"
#include "unpack/xattrs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define CHUNK       (128 * 1024)
#define ENTRIES_MAX (UINT64_C(10) * 1000 * 1000)

struct pack {
	struct pack_options options;
	struct sink *sink;
	struct links links;
	struct buf from; /* the path below the root of what is being looked at; "" is the root */
	struct buf name; /* its name in the archive, without a slash at the end */
	dev_t device;    /* of the directory around it */
	unsigned char *data;
	struct pack_result result;
};

/* One name further down, and back. */
struct mark {
	size_t from, name;
};

static struct mark enter(struct pack *p, const char *name)
{
	struct mark m = { p->from.len, p->name.len };

	buf_add_format(&p->from, "%s%s", p->from.len ? "/" : "", name);
	buf_add_format(&p->name, "%s%s", p->name.len ? "/" : "", name);
	return m;
}

static void leave(struct pack *p, struct mark m)
{
	buf_truncate(&p->from, m.from);
	buf_truncate(&p->name, m.name);
}

/* Gone, or another thing than a moment ago: in a tree that is in use that is no error. */
static bool is_race(int r)
{
	return r == -ENOENT || r == -ENOTDIR || r == -ELOOP || r == -ENXIO || r == -ESTALE;
}

static const char *shown(const struct pack *p)
{
	return p->from.len ? p->from.data : "/";
}

static int write_entry(struct pack *p, struct tar_entry *e, const struct tar_sparse *map, uint64_t *ret_data)
{
	autobuf header = BUF_INIT;
	uint64_t data;

	if (p->result.entries++ == ENTRIES_MAX)
		return fail(-EFBIG, "there are more than %llu files", (unsigned long long)ENTRIES_MAX);
	if (strlen(e->path) > TAR_NAME_MAX)
		return fail(-ENAMETOOLONG, "%.100s…: a path of more than %d bytes", e->path, TAR_NAME_MAX);
	data = tar_write_header(&header, e, map);
	if (ret_data)
		*ret_data = data;
	return sink_write(p->sink, header.data, header.len);
}

static void set_entry(const struct pack *p, const struct stat *st, struct tar_entry *e)
{
	*e = (struct tar_entry){
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mtime = st->st_mtim.tv_sec,
		.mtime_ns = p->options.nanoseconds ? (uint32_t)st->st_mtim.tv_nsec : 0,
		.path = p->name.data,
		.link = "",
	};
}

static int pad(struct pack *p, uint64_t len)
{
	autobuf zeros = BUF_INIT;

	tar_write_padding(&zeros, len);
	return sink_write(p->sink, zeros.data, zeros.len);
}

/* The archive has promised this many bytes: zeros stand for what is not there any more. */
static int write_zeros(struct pack *p, uint64_t len)
{
	int r = 0;

	if (!p->result.changed)
		p->result.changed = xstrdup(shown(p));
	memset(p->data, 0, CHUNK);
	while (r == 0 && len) {
		size_t part = len < CHUNK ? (size_t)len : CHUNK;

		r = sink_write(p->sink, p->data, part);
		len -= part;
	}
	return r;
}

static int write_piece(struct pack *p, int fd, uint64_t offset, uint64_t len)
{
	while (len) {
		ssize_t n = pread(fd, p->data, len < CHUNK ? (size_t)len : CHUNK, (off_t)offset);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno("read %s", shown(p));
		if (n == 0)
			return write_zeros(p, len);
		r = sink_write(p->sink, p->data, (size_t)n);
		if (r < 0)
			return r;
		offset += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return 0;
}

static int write_file(struct pack *p, int fd, struct tar_entry *e)
{
	autocall(tar_sparse_release) struct tar_sparse map = { 0 };
	uint64_t data;
	int r;

	e->sparse = holes_find(fd, e->size, &map);
	r = write_entry(p, e, &map, &data);
	if (r == 0 && !e->sparse)
		r = write_piece(p, fd, 0, e->size);
	for (size_t i = 0; r == 0 && e->sparse && i < map.count; i++)
		r = write_piece(p, fd, map.pieces[i].offset, map.pieces[i].len);
	p->result.size += data;
	return r < 0 ? r : pad(p, data);
}

/* File systems of the kernel's own, which are views of this machine and no data. */
static bool is_kernel_fs(int fd)
{
	static const unsigned int types[] = { PROC_SUPER_MAGIC,   SYSFS_MAGIC,   CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
					      DEVPTS_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,      SECURITYFS_MAGIC,
					      BPF_FS_MAGIC,       0x19800202 /* mqueue */ };
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((unsigned int)fs.f_type == types[i])
			return true;
	return false;
}

static int pack_file(struct pack *p, int dir, const char *name)
{
	/* O_NONBLOCK: a pipe that took the file's place must not hold us up */
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	autocall(xattrs_release) struct xattrs xattrs = { 0 };
	const char *first = NULL;
	struct tar_entry e;
	struct stat st;

	if (fd < 0)
		return is_race(-errno) ? 0 : fail_errno("open %s", shown(p));
	if (fstat(fd, &st) < 0)
		return fail_errno("look at %s", shown(p));
	if (!S_ISREG(st.st_mode))
		return 0;
	set_entry(p, &st, &e);
	if (st.st_nlink > 1)
		first = links_name(&p->links, &st, p->name.data);
	if (first) {
		e.type = TAR_HARDLINK;
		e.link = first;
		return write_entry(p, &e, NULL, NULL);
	}
	/* what stat says of such a file is not what reading it gives */
	if (st.st_size == 0 && is_kernel_fs(fd))
		return fail(-EOPNOTSUPP, "%s is a view into the kernel and no file", shown(p));
	e.type = TAR_FILE;
	e.size = (uint64_t)st.st_size;
	xattrs_read(fd, &xattrs);
	e.xattrs = xattrs.items;
	e.xattr_count = xattrs.count;
	return write_file(p, fd, &e);
}

static int pack_symlink(struct pack *p, int dir, const char *name, struct tar_entry *e)
{
	char target[TAR_NAME_MAX + 1];
	ssize_t n = readlinkat(dir, name, target, sizeof target - 1);

	if (n < 0)
		return is_race(-errno) || errno == EINVAL ? 0 : fail_errno("read the link %s", shown(p));
	target[n] = '\0';
	e->type = TAR_SYMLINK;
	e->link = target;
	return write_entry(p, e, NULL, NULL);
}

/* An empty file whose name says what is gone. */
static int pack_whiteout(struct pack *p, const char *name)
{
	size_t slash = p->name.len - strlen(name);
	autofree char *path = xasprintf("%.*s.wh.%s", (int)slash, p->name.data, name);
	struct tar_entry e = { .type = TAR_FILE, .path = path, .link = "", .mode = 0 };

	return write_entry(p, &e, NULL, NULL);
}

/* What is neither a directory nor a regular file. Sockets have no place in an archive, and mean nothing elsewhere. */
static int pack_node(struct pack *p, int dir, const char *name, const struct stat *st)
{
	struct tar_entry e;

	set_entry(p, st, &e);
	e.major = major(st->st_rdev);
	e.minor = minor(st->st_rdev);
	if (S_ISLNK(st->st_mode))
		return pack_symlink(p, dir, name, &e);
	if (S_ISSOCK(st->st_mode))
		return 0;
	if (p->options.layer && S_ISCHR(st->st_mode) && st->st_rdev == 0)
		return pack_whiteout(p, name);
	e.type = S_ISCHR(st->st_mode) ? TAR_CHAR : S_ISBLK(st->st_mode) ? TAR_BLOCK_DEVICE : TAR_FIFO;
	return write_entry(p, &e, NULL, NULL);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_in(const struct strv *sorted, const char *path)
{
	return sorted && sorted->count && bsearch(&path, sorted->items, sorted->count, sizeof *sorted->items, compare_names);
}

static int read_names(const struct pack *p, int fd, struct strv *ret)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autodir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!d)
		return fail_errno("list %s", shown(p));
	errno = 0;
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			strv_add(ret, e->d_name);
		errno = 0;
	}
	if (errno)
		return fail_errno("list %s", shown(p));
	if (ret->count)
		qsort(ret->items, ret->count, sizeof *ret->items, compare_names);
	return 0;
}

/* One name in @dir. Returns 1 when it is a directory, which is gone into later. */
static int pack_name(struct pack *p, int dir, const char *name)
{
	struct stat st;

	if (is_in(p->options.hidden, p->from.data))
		return 0;
	/* it would be read as what removes another file */
	if (p->options.layer && strncmp(name, ".wh.", 4) == 0)
		return fail(-EINVAL, "%s: a layer cannot hold names that begin with .wh.", shown(p));
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return is_race(-errno) ? 0 : fail_errno("look at %s", shown(p));
	if (S_ISDIR(st.st_mode))
		return 1;
	return S_ISREG(st.st_mode) ? pack_file(p, dir, name) : pack_node(p, dir, name, &st);
}

/* All that is in it but its directories, whose names are left in @names. */
static int pack_files(struct pack *p, int dir, struct strv *names)
{
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < names->count; i++) {
		char *name = names->items[i];

		if (r == 0) {
			struct mark m = enter(p, name);

			r = pack_name(p, dir, name);
			leave(p, m);
		}
		if (r == 1)
			names->items[kept++] = name;
		else
			free(name);
		r = r == 1 ? 0 : r;
	}
	names->count = kept;
	if (names->items)
		names->items[kept] = NULL;
	return r;
}

static int write_directory(struct pack *p, int fd, const struct stat *st)
{
	autocall(xattrs_release) struct xattrs xattrs = { 0 };
	autofree char *path = xasprintf("%s/", p->name.data);
	struct tar_entry e;
	int r;

	set_entry(p, st, &e);
	e.type = TAR_DIRECTORY;
	e.path = path;
	xattrs_read(fd, &xattrs);
	e.xattrs = xattrs.items;
	e.xattr_count = xattrs.count;
	r = write_entry(p, &e, NULL, NULL);
	if (r == 0 && p->options.layer && is_in(p->options.opaque, p->from.data)) {
		autofree char *mark = xasprintf("%s.wh..wh..opq", path);
		struct tar_entry opaque = { .type = TAR_FILE, .path = mark, .link = "" };

		r = write_entry(p, &opaque, NULL, NULL);
	}
	return r;
}

static int pack_directory(struct pack *p);

static int pack_subdirectories(struct pack *p, const struct strv *names, dev_t device)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++) {
		struct mark m = enter(p, names->items[i]);

		p->device = device;
		r = pack_directory(p);
		leave(p, m);
	}
	return r;
}

/*
 * No descriptor stays open while what is below is packed, so that depth costs none: each directory is found from the root
 * again, and is inside it wherever somebody moves it meanwhile.
 */
static int pack_directory(struct pack *p)
{
	autofd int fd = -1;
	autostrv names = { 0 };
	struct stat st;
	int r = 0;

	/* a name the archive cannot hold is no path for openat2 either */
	if (p->name.len + 1 > TAR_NAME_MAX || p->from.len > TAR_NAME_MAX)
		return fail(-ENAMETOOLONG, "%.100s…: a path of more than %d bytes", shown(p), TAR_NAME_MAX);
	fd = beneath_open(p->options.root, p->from.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		return is_race(fd) && p->from.len ? 0 : fail_code(fd, "open %s", shown(p));
	if (fstat(fd, &st) < 0)
		return fail_errno("look at %s", shown(p));
	if (p->name.len)
		r = write_directory(p, fd, &st);
	if (r < 0 || (st.st_dev != p->device && is_kernel_fs(fd)))
		return r;
	r = read_names(p, fd, &names);
	if (r == 0)
		r = pack_files(p, fd, &names);
	cleanup_fd(&fd);
	fd = -1;
	return r < 0 ? r : pack_subdirectories(p, &names, st.st_dev);
}

/* The one thing that was named: here it must be there. */
static int pack_source(struct pack *p)
{
	const char *source = p->options.source;
	struct stat st;
	int r;

	buf_add_str(&p->name, p->options.name);
	if (strcmp(source, ".") == 0)
		return pack_directory(p);
	if (strchr(source, '/'))
		return fail(-EINVAL, "%s is no name in a directory", source);
	buf_add_str(&p->from, source);
	if (fstatat(p->options.root, source, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno("look at %s", source);
	p->device = st.st_dev;
	if (S_ISSOCK(st.st_mode))
		return fail(-EOPNOTSUPP, "%s is a socket, which no archive can hold", source);
	r = pack_name(p, p->options.root, source);
	return r == 1 ? pack_directory(p) : r;
}

int pack_archive(const struct pack_options *options, struct sink *sink, struct pack_result *ret)
{
	struct pack p = { .options = *options, .sink = sink, .from = BUF_INIT, .name = BUF_INIT, .data = xmalloc(CHUNK) };
	autobuf end = BUF_INIT;
	int r = pack_source(&p);

	if (r == 0) {
		tar_write_end(&end);
		r = sink_write(sink, end.data, end.len);
	}
	links_release(&p.links);
	buf_release(&p.from);
	buf_release(&p.name);
	free(p.data);
	if (r < 0)
		free(p.result.changed);
	else
		*ret = p.result;
	return r;
}
