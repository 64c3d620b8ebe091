/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making entries without the chroot around: what keeps archives inside here is openat2 alone. A directory beside the root
 * must stay empty, whatever the archive says. Needs no root: owners are not set.
 */
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "tar_build.h"
#include "unpack/apply.h"
#include "unpack/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct ground {
	char dir[32]; /* holds root and outside */
	int fd;
	int root;
};

static int ground_make(void **state)
{
	struct ground *g = xnew(struct ground);

	strcpy(g->dir, "/tmp/hoy-apply-XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	g->fd = open(g->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(g->fd, "root", 0755), 0);
	assert_int_equal(mkdirat(g->fd, "outside", 0755), 0);
	g->root = openat(g->fd, "root", O_RDONLY | O_DIRECTORY);
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

static int apply(struct ground *g, const struct buf *archive, struct apply_result *ret)
{
	struct tar_build_source from = { (const unsigned char *)archive->data, archive->len, 0, 1000 };
	struct tar_source source = tar_build_source(&from);
	struct tar_reader *t = tar_reader_new(&source);
	struct apply_options options = { .root = g->root, .max_size = 1 << 20 };
	int r = apply_archive(&options, t, ret);

	tar_reader_free(&t);
	return r;
}

static int count(int fd, const char *name, void *data)
{
	(void)fd;
	(void)name;
	++*(int *)data;
	return 0;
}

static void assert_nothing_outside(struct ground *g)
{
	int n = 0;

	assert_int_equal(dir_each(g->fd, "outside", count, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(dir_each(g->fd, ".", count, &n), 0);
	assert_int_equal(n, 2);
}

static void assert_text(struct ground *g, const char *path, const char *text)
{
	autobuf b = BUF_INIT;

	assert_int_equal(file_read(g->root, path, 1000, &b), 0);
	assert_string_equal(b.data, text);
}

static void through_links(void **state)
{
	struct ground *g = *state;
	autofree char *outside = xasprintf("%s/outside", g->dir);
	struct apply_result result = { 0 };
	autobuf b = BUF_INIT;

	tar_build_header(&b, '2', "absolute", outside, 0);
	tar_build_file(&b, "absolute/f", "1");
	tar_build_header(&b, '2', "dots", "../outside", 0);
	tar_build_file(&b, "dots/g", "2");
	tar_build_file(&b, "dots/sub/dir/h", "3");
	tar_build_header(&b, '2', "dots/link", "../../outside", 0);
	tar_build_file(&b, "dots/link/i", "4");
	tar_build_header(&b, '5', "dots/link/made", NULL, 0);
	tar_build_header(&b, '2', "file", "../outside/j", 0);
	tar_build_file(&b, "file", "5");
	tar_build_end(&b);
	assert_int_equal(apply(g, &b, &result), 0);
	buf_release(&result.opaque);
	assert_nothing_outside(g);
	assert_text(g, "outside/g", "2");
	assert_text(g, "outside/sub/dir/h", "3");
	assert_text(g, "file", "5");
}

static void hard_links(void **state)
{
	struct ground *g = *state;
	struct apply_result result = { 0 };
	autobuf b = BUF_INIT;
	int fd = openat(g->fd, "outside/secret", O_CREAT | O_WRONLY, 0600);

	close(fd);
	tar_build_header(&b, '2', "s", "../outside", 0);
	tar_build_header(&b, '1', "h", "s/secret", 0);
	tar_build_end(&b);
	assert_int_equal(apply(g, &b, &result), -EBADMSG);
	assert_int_equal(unlinkat(g->fd, "outside/secret", 0), 0);
	assert_nothing_outside(g);
}

/* The cache of parents must not remember a directory that became a link, nor what was below it. */
static void parent_that_changes(void **state)
{
	struct ground *g = *state;
	struct apply_result result = { 0 };
	autobuf b = BUF_INIT;

	tar_build_file(&b, "d/e/f", "1");
	tar_build_header(&b, '2', "d", "../outside", 0);
	tar_build_file(&b, "d/e/f", "2");
	tar_build_file(&b, "d", "3");
	tar_build_file(&b, "x/y", "4");
	tar_build_file(&b, "x", "5");
	tar_build_header(&b, '5', "x", NULL, 0);
	tar_build_file(&b, "x/y", "6");
	tar_build_end(&b);
	assert_int_equal(apply(g, &b, &result), 0);
	buf_release(&result.opaque);
	assert_nothing_outside(g);
	assert_text(g, "outside/e/f", "2");
	assert_text(g, "d", "3");
	assert_text(g, "x/y", "6");
}

static void opaque_directories(void **state)
{
	struct ground *g = *state;
	struct apply_result result = { 0 };
	autobuf b = BUF_INIT;

	tar_build_file(&b, "d/.wh..wh..opq", "");
	tar_build_file(&b, ".wh.gone", "");
	tar_build_file(&b, "gone/new", "x");
	tar_build_file(&b, ".wh..wh..opq", "");
	tar_build_end(&b);
	if (apply(g, &b, &result) == -EPERM)
		skip(); /* whiteouts of users: Linux 5.8 */
	assert_int_equal(result.opaque.len, sizeof "d" + sizeof "gone" + sizeof ".");
	assert_memory_equal(result.opaque.data, "d\0gone\0.", result.opaque.len);
	buf_release(&result.opaque);
}

static void limits(void **state)
{
	struct ground *g = *state;
	struct apply_result result = { 0 };
	autobuf b = BUF_INIT;

	tar_build_pax(&b, 'x', "GNU.sparse.size", "1048577");
	tar_build_file(&b, "hole", "");
	tar_build_end(&b);
	assert_int_equal(apply(g, &b, &result), -EFBIG);
	assert_non_null(strstr(error_text(-EFBIG), "unpacks to more than 1MiB"));
}

static void times_and_modes(void **state)
{
	struct ground *g = *state;
	struct apply_result result = { 0 };
	autobuf b = BUF_INIT;
	struct stat st;

	tar_build_pax(&b, 'x', "mtime", "100.5");
	tar_build_header(&b, '5', "d", NULL, 0);
	tar_build_pax(&b, 'x', "mtime", "200.25");
	tar_build_file(&b, "d/f", "x");
	tar_build_end(&b);
	assert_int_equal(apply(g, &b, &result), 0);
	buf_release(&result.opaque);
	assert_int_equal(fstatat(g->root, "d", &st, 0), 0);
	assert_int_equal(st.st_mtim.tv_sec, 100);
	assert_int_equal(st.st_mtim.tv_nsec, 500000000);
	assert_int_equal(st.st_mode, S_IFDIR | 0644);
	assert_int_equal(fchmodat(g->root, "d", 0755, 0), 0);
	assert_int_equal(fstatat(g->root, "d/f", &st, 0), 0);
	assert_int_equal(st.st_mtim.tv_nsec, 250000000);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
}

/* The stream's sums, and that a bomb is one only beyond the ratio. */
static int read_stream(const char *text, size_t len, const struct stream_limits *limit, struct stream_sums *ret)
{
	struct tar_source source;
	const unsigned char *data;
	struct stream *s;
	int pipe_fds[2], r;
	long n;

	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(write(pipe_fds[1], text, len), len);
	close(pipe_fds[1]);
	assert_int_equal(stream_start(pipe_fds[0], limit, &s), 0);
	source = stream_source(s);
	while ((n = source.next(source.data, &data)) > 0)
		;
	r = n < 0 ? (int)n : stream_finish(s, ret);
	close(pipe_fds[0]);
	return r;
}

static void streams(void **state)
{
	/* printf '%01000d' 0 | gzip -n9 */
	static const char zeros[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x33\x30\x18\x05\xa3\x60\x14\x0c\x77\x00"
				    "\x00\x83\x99\x5f\xa8\xe8\x03\x00\x00";
	struct stream_limits wide = { 1 << 20, 1 << 20, 100 }, narrow = { 500, 1 << 20, 100 }, bomb = { 1 << 20, 100, 10 };
	struct stream_sums sums;

	(void)state;
	assert_int_equal(read_stream("abc", 3, &wide, &sums), 0);
	assert_string_equal(sums.digest, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(sums.diff_id, sums.digest);
	if (read_stream(zeros, sizeof zeros - 1, &wide, &sums) == 0) {
		assert_int_equal(sums.size, 1000);
		assert_int_equal(sums.read, sizeof zeros - 1);
		assert_string_not_equal(sums.digest, sums.diff_id);
	} else {
		fail_msg("%s", error_text(-EBADMSG));
	}
	assert_int_equal(read_stream(zeros, sizeof zeros - 1, &narrow, &sums), -EFBIG);
	assert_non_null(strstr(error_text(-EFBIG), "unpacks to more than 500B"));
	assert_int_equal(read_stream(zeros, sizeof zeros - 1, &bomb, &sums), -EFBIG);
	assert_non_null(strstr(error_text(-EFBIG), "taken for a bomb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(through_links, ground_make, ground_remove),
		cmocka_unit_test_setup_teardown(hard_links, ground_make, ground_remove),
		cmocka_unit_test_setup_teardown(parent_that_changes, ground_make, ground_remove),
		cmocka_unit_test_setup_teardown(opaque_directories, ground_make, ground_remove),
		cmocka_unit_test_setup_teardown(limits, ground_make, ground_remove),
		cmocka_unit_test_setup_teardown(times_and_modes, ground_make, ground_remove),
		cmocka_unit_test(streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
