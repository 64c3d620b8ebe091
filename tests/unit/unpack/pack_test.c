/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives that hoy writes, read by hoy's own reader: what went in comes out, in the same bytes each time. Needs no root and
 * no chroot: nothing here sets owners.
 */
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "image/compress.h"
#include "image/decompress.h"
#include "image/tar_write.h"
#include "tar_build.h"
#include "unpack/apply.h"
#include "unpack/links.h"
#include "unpack/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The one entry of an archive of headers alone; borrowed from *@ret_reader, which the caller frees. */
static void read_back(const struct buf *archive, struct tar_build_source *from, struct tar_reader **ret_reader,
		      struct tar_entry *ret)
{
	struct tar_source source;

	*from = (struct tar_build_source){ (const unsigned char *)archive->data, archive->len, 0, 700 };
	source = tar_build_source(from);
	*ret_reader = tar_reader_new(&source);
	assert_int_equal(tar_next(*ret_reader, ret), 1);
}

static void round_trip(const struct tar_entry *e)
{
	autobuf archive = BUF_INIT;
	struct tar_build_source from;
	struct tar_reader *t;
	struct tar_entry back;

	assert_int_equal(tar_write_header(&archive, e, NULL), e->type == TAR_FILE ? e->size : 0);
	assert_int_equal(archive.len % TAR_BLOCK, 0);
	read_back(&archive, &from, &t, &back);
	assert_int_equal(back.type, e->type);
	assert_string_equal(back.path, e->path);
	assert_string_equal(back.link, e->link);
	assert_int_equal(back.mode, e->mode);
	assert_int_equal(back.uid, e->uid);
	assert_int_equal(back.gid, e->gid);
	assert_int_equal(back.size, e->size);
	assert_int_equal(back.mtime, e->mtime);
	assert_int_equal(back.mtime_ns, e->mtime_ns);
	assert_int_equal(back.major, e->major);
	assert_int_equal(back.minor, e->minor);
	assert_int_equal(back.xattr_count, e->xattr_count);
	for (size_t i = 0; i < e->xattr_count; i++) {
		assert_string_equal(back.xattrs[i].name, e->xattrs[i].name);
		assert_int_equal(back.xattrs[i].len, e->xattrs[i].len);
		assert_memory_equal(back.xattrs[i].value, e->xattrs[i].value, e->xattrs[i].len);
	}
	tar_reader_free(&t);
}

/* "aaa…/aaa…/…" of @len bytes, a slash after each @part. */
static char *long_path(size_t len, size_t part)
{
	char *path = xcalloc(len + 1, 1);

	for (size_t i = 0; i < len; i++)
		path[i] = i % (part + 1) == part ? '/' : 'a';
	return path;
}

static void entries_come_back(void **state)
{
	struct tar_xattr xattrs[] = { { (char *)"user.a", (char *)"b\0\n=", 4 },
				      { (char *)"security.capability", (char *)"x", 1 } };
	const struct tar_entry entries[] = {
		{ .type = TAR_FILE, .path = "a", .link = "", .mode = 07777, .size = 77, .mtime = 1 },
		{ .type = TAR_FILE, .path = "big", .link = "", .size = UINT64_C(1) << 40, .uid = 3000000, .gid = 4294967294 },
		{ .type = TAR_FILE, .path = "x", .link = "", .xattrs = xattrs, .xattr_count = 2 },
		{ .type = TAR_DIRECTORY, .path = "d/", .link = "", .mode = 01755, .mtime = -1, .mtime_ns = 5 },
		{ .type = TAR_DIRECTORY, .path = "d/", .link = "", .mtime = -2, .mtime_ns = 500000000 },
		{ .type = TAR_DIRECTORY, .path = "d/", .link = "", .mtime = INT64_C(1) << 40, .mtime_ns = 999999999 },
		{ .type = TAR_SYMLINK, .path = "l", .link = "/to" },
		{ .type = TAR_HARDLINK, .path = "h", .link = "a" },
		{ .type = TAR_CHAR, .path = "c", .link = "", .major = 4095, .minor = 1048575 },
		{ .type = TAR_BLOCK_DEVICE, .path = "b", .link = "", .major = 8, .minor = 1 },
		{ .type = TAR_FIFO, .path = "bytes \xff\n", .link = "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		round_trip(&entries[i]);
}

/* Around each length at which a name goes elsewhere: into the prefix, into a pax record. */
static void names_of_every_length(void **state)
{
	static const size_t parts[] = { 9, 40, 99, 100, 101, 155, 156, 255 };

	(void)state;
	for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
		for (size_t len = 90; len < 270; len++) {
			autofree char *path = long_path(len, parts[p]);
			struct tar_entry e = { .type = TAR_SYMLINK, .path = path, .link = path };

			round_trip(&e);
		}
	{
		autofree char *path = long_path(TAR_NAME_MAX, 200);
		struct tar_entry e = { .type = TAR_HARDLINK, .path = path, .link = path };

		round_trip(&e);
	}
}

static void holes_come_back(void **state)
{
	struct tar_sparse_piece pieces[] = { { 4096, 10 }, { 1 << 20, 5 }, { UINT64_C(1) << 40, 0 } };
	struct tar_sparse map = { .pieces = pieces, .count = 3 };
	struct tar_entry e = { .type = TAR_FILE, .path = "holes", .link = "", .size = UINT64_C(1) << 40, .sparse = true }, back;
	autobuf archive = BUF_INIT;
	struct tar_build_source from;
	struct tar_reader *t;
	struct tar_chunk c;

	(void)state;
	assert_int_equal(tar_write_header(&archive, &e, &map), 15);
	buf_add(&archive, "0123456789abcde", 15);
	tar_write_padding(&archive, 15);
	tar_write_end(&archive);
	read_back(&archive, &from, &t, &back);
	assert_string_equal(back.path, "holes");
	assert_true(back.sparse);
	assert_int_equal(back.size, UINT64_C(1) << 40);
	assert_int_equal(tar_data(t, &c), 1);
	assert_int_equal(c.offset, 4096);
	assert_int_equal(c.len, 10);
	assert_int_equal(tar_data(t, &c), 1);
	assert_int_equal(c.offset, 1 << 20);
	assert_memory_equal(c.data, "abcde", 5);
	assert_int_equal(tar_data(t, &c), 0);
	assert_int_equal(tar_next(t, &back), 0);
	tar_reader_free(&t);
}

static void gzip_is_undone(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 262144, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		autofree unsigned char *data = xcalloc(sizes[i] + 1, 1), *out = xmalloc(sizes[i] + 1);
		struct compress *c = NULL;
		struct decompress *d = NULL;
		autobuf packed = BUF_INIT;
		struct decompress_io io = { .out = out, .out_len = sizes[i] + 1 };
		uint32_t random = 1;

		/* half of it noise, half of it not */
		for (size_t k = 0; k < sizes[i] / 2; k++)
			data[k] = (unsigned char)((random = random * 1103515245 + 12345) >> 16);
		assert_int_equal(compress_new(&c), 0);
		for (size_t at = 0; at < sizes[i]; at += 100000)
			assert_int_equal(
				compress_run(c, data + at, sizes[i] - at < 100000 ? sizes[i] - at : 100000, false, &packed), 0);
		assert_int_equal(compress_run(c, NULL, 0, true, &packed), 0);
		compress_free(&c);
		assert_int_equal(decompress_new(compression_of(packed.data, packed.len), &d), 0);
		io.in = (unsigned char *)packed.data;
		io.in_len = packed.len;
		assert_int_equal(decompress_run(d, &io), 0);
		assert_int_equal(decompress_finish(d), 0);
		assert_int_equal(io.out_len, 1);
		assert_memory_equal(out, data, sizes[i]);
		decompress_free(&d);
	}
}

static void links_are_found(void **state)
{
	struct links l = { 0 };

	(void)state;
	for (ino_t i = 0; i < 5000; i++) {
		struct stat st = { .st_dev = i % 3, .st_ino = i / 3 };
		char name[16];

		snprintf(name, sizeof name, "n%lu", (unsigned long)i);
		assert_null(links_name(&l, &st, name));
	}
	for (ino_t i = 0; i < 5000; i++) {
		struct stat st = { .st_dev = i % 3, .st_ino = i / 3 };
		char name[16];

		snprintf(name, sizeof name, "n%lu", (unsigned long)i);
		assert_string_equal(links_name(&l, &st, "other"), name);
	}
	links_release(&l);
}

/* ---- trees ------------------------------------------------------------------------------------------------------- */

struct ground {
	char dir[32];
	int fd, root;
};

static int ground_make(void **state)
{
	struct ground *g = xnew(struct ground);

	strcpy(g->dir, "/tmp/hoy-pack-XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	g->fd = open(g->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(g->fd, "root", 0755), 0);
	g->root = openat(g->fd, "root", O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(g->root, "d", 0755), 0);
	assert_int_equal(file_write(g->root, "d/f", "text\n", 5, 0640, FILE_VOLATILE), 0);
	assert_int_equal(file_write(g->fd, "secret", "secret\n", 7, 0644, FILE_VOLATILE), 0);
	assert_int_equal(linkat(g->root, "d/f", g->root, "d/g", 0), 0);
	assert_int_equal(symlinkat("../../secret", g->root, "d/s"), 0);
	assert_int_equal(symlinkat("..", g->root, "up"), 0);
	assert_int_equal(mkfifoat(g->root, "d/p", 0600), 0);
	*state = g;
	return 0;
}

static int ground_remove(void **state)
{
	struct ground *g = *state;

	close(g->root);
	close(g->fd);
	assert_int_equal(dir_remove_tree(AT_FDCWD, g->dir), 0);
	free(g);
	return 0;
}

static int pack(struct ground *g, struct pack_options o, struct buf *ret)
{
	autofd int fd = openat(g->fd, "archive", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct sink *sink = NULL;
	struct pack_result result;
	struct stream_sums sums;
	int r = sink_new(fd, false, &sink);

	o.root = g->root;
	if (r == 0)
		r = pack_archive(&o, sink, &result);
	if (r == 0) {
		assert_null(result.changed);
		r = sink_finish(sink, &sums);
	}
	sink_free(&sink);
	if (r < 0)
		return r;
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return file_read_fd(fd, "archive", 1 << 20, ret);
}

/* The names and links of an archive, one after the other. */
static void list(const struct buf *archive, struct buf *ret)
{
	struct tar_build_source from = { (const unsigned char *)archive->data, archive->len, 0, 1000 };
	struct tar_source source = tar_build_source(&from);
	struct tar_reader *t = tar_reader_new(&source);
	struct tar_entry e;

	buf_clear(ret);
	while (tar_next(t, &e) == 1)
		buf_add_format(ret, "%s%s%s ", e.path, *e.link ? ">" : "", e.link);
	tar_reader_free(&t);
}

static void trees_are_listed(void **state)
{
	struct ground *g = *state;
	autobuf archive = BUF_INIT, again = BUF_INIT, names = BUF_INIT;

	assert_int_equal(pack(g, (struct pack_options){ .source = "d", .name = "new" }, &archive), 0);
	list(&archive, &names);
	assert_string_equal(names.data, "new/ new/f new/g>new/f new/p new/s>../../secret ");
	assert_int_equal(pack(g, (struct pack_options){ .source = "d", .name = "new" }, &again), 0);
	assert_int_equal(again.len, archive.len);
	assert_memory_equal(again.data, archive.data, archive.len);
	assert_int_equal(pack(g, (struct pack_options){ .source = ".", .name = "." }, &archive), 0);
	list(&archive, &names);
	assert_string_equal(names.data, "./ ./up>.. ./d/ ./d/f ./d/g>./d/f ./d/p ./d/s>../../secret ");
	assert_int_equal(pack(g, (struct pack_options){ .source = ".", .name = "" }, &archive), 0);
	list(&archive, &names);
	assert_string_equal(names.data, "up>.. d/ d/f d/g>d/f d/p d/s>../../secret ");
	/* the source is a name, and is not followed */
	assert_int_equal(pack(g, (struct pack_options){ .source = "up", .name = "x" }, &archive), 0);
	list(&archive, &names);
	assert_string_equal(names.data, "x>.. ");
	assert_int_equal(pack(g, (struct pack_options){ .source = "../secret", .name = "x" }, &archive), -EINVAL);
	assert_int_equal(pack(g, (struct pack_options){ .source = "none", .name = "x" }, &archive), -ENOENT);
}

static void layers_have_whiteouts(void **state)
{
	struct ground *g = *state;
	autobuf archive = BUF_INIT, names = BUF_INIT;
	autostrv opaque = { 0 }, hidden = { 0 };
	struct pack_options o = { .source = ".", .name = "", .layer = true, .opaque = &opaque, .hidden = &hidden };

	strv_add(&opaque, "d");
	strv_add(&hidden, "d/g");
	strv_add(&hidden, "d/p");
	assert_int_equal(pack(g, o, &archive), 0);
	list(&archive, &names);
	assert_string_equal(names.data, "up>.. d/ d/.wh..wh..opq d/f d/s>../../secret ");
	/* a container's own files of such names would remove others */
	assert_int_equal(file_write(g->root, "d/.wh.f", "", 0, 0640, FILE_VOLATILE), 0);
	assert_int_equal(pack(g, o, &archive), -EINVAL);
	if (mknodat(g->root, "gone", S_IFCHR, 0) < 0)
		return;
	assert_int_equal(unlinkat(g->root, "d/.wh.f", 0), 0);
	assert_int_equal(pack(g, o, &archive), 0);
	list(&archive, &names);
	assert_string_equal(names.data, ".wh.gone up>.. d/ d/.wh..wh..opq d/f d/s>../../secret ");
}

/* Packed and unpacked into a directory that is in use: its own things stay, and neither kind replaces the other. */
static void copies_keep_what_is_there(void **state)
{
	struct ground *g = *state;
	struct apply_options options = { .kind = APPLY_COPY, .max_size = 1 << 20 };
	struct apply_result result;
	autobuf archive = BUF_INIT, text = BUF_INIT;
	struct tar_build_source from;
	struct tar_source source = tar_build_source(&from);
	struct tar_reader *t;

	assert_int_equal(pack(g, (struct pack_options){ .source = "d", .name = "there" }, &archive), 0);
	assert_int_equal(mkdirat(g->fd, "there", 0700), 0);
	assert_int_equal(file_write(g->fd, "there/own", "own", 3, 0640, FILE_VOLATILE), 0);
	assert_int_equal(file_write(g->fd, "there/f", "old", 3, 0640, FILE_VOLATILE), 0);
	for (int i = 0; i < 3; i++) {
		from = (struct tar_build_source){ (const unsigned char *)archive.data, archive.len, 0, 1000 };
		t = tar_reader_new(&source);
		options.root = g->fd;
		if (i < 2) {
			assert_int_equal(apply_archive(&options, t, &result), 0);
			buf_release(&result.opaque);
			assert_int_equal(file_read(g->fd, "there/f", 100, &text), 0);
			assert_string_equal(text.data, "text\n");
			assert_int_equal(file_read(g->fd, "there/own", 100, &text), 0);
		} else {
			assert_int_equal(apply_archive(&options, t, &result), -EISDIR);
			error_clear();
		}
		tar_reader_free(&t);
		if (i == 1) {
			assert_int_equal(unlinkat(g->fd, "there/f", 0), 0);
			assert_int_equal(mkdirat(g->fd, "there/f", 0700), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_back),
		cmocka_unit_test(names_of_every_length),
		cmocka_unit_test(holes_come_back),
		cmocka_unit_test(gzip_is_undone),
		cmocka_unit_test(links_are_found),
		cmocka_unit_test_setup_teardown(trees_are_listed, ground_make, ground_remove),
		cmocka_unit_test_setup_teardown(layers_have_whiteouts, ground_make, ground_remove),
		cmocka_unit_test_setup_teardown(copies_keep_what_is_there, ground_make, ground_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
