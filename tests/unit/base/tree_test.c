/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tree.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char path[64];
	int top, from, to;
};

static int setup(void **state)
{
	static struct place p;

	snprintf(p.path, sizeof p.path, "/tmp/hoy-tree-XXXXXX");
	assert_non_null(mkdtemp(p.path));
	p.top = open(p.path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(mkdirat(p.top, "from", 0755), 0);
	assert_int_equal(mkdirat(p.top, "to", 0755), 0);
	p.from = openat(p.top, "from", O_RDONLY | O_DIRECTORY);
	p.to = openat(p.top, "to", O_RDONLY | O_DIRECTORY);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	close(p->from);
	close(p->to);
	close(p->top);
	return dir_remove_tree(AT_FDCWD, p->path);
}

static void put(int dir, const char *name, const char *text, mode_t mode)
{
	autofd int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
}

static struct stat look(int dir, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static void every_kind(void **state)
{
	struct place *p = *state;
	const struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000, .tv_nsec = 5 } };
	char target[16] = "";
	struct stat st;

	assert_int_equal(mkdirat(p->from, "d", 0700), 0);
	assert_int_equal(mkdirat(p->from, "d/e", 0700), 0);
	put(p->from, "d/file", "text", 04751);
	assert_int_equal(linkat(p->from, "d/file", p->from, "d/e/again", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", p->from, "link"), 0);
	assert_int_equal(mkfifoat(p->from, "fifo", 0600), 0);
	assert_int_equal(fchmodat(p->from, "fifo", 0222, 0), 0);
	assert_int_equal(fchmodat(p->from, "d/e", 01555, 0), 0);
	assert_int_equal(utimensat(p->from, "d/e", old, 0), 0);
	assert_int_equal(tree_copy(p->from, p->to), 0);

	st = look(p->to, "d/file");
	assert_int_equal(st.st_mode, S_IFREG | 04751);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(look(p->to, "d/e/again").st_ino, st.st_ino);
	assert_int_equal(look(p->to, "fifo").st_mode, S_IFIFO | 0222);
	assert_int_equal(readlinkat(p->to, "link", target, sizeof target), 11);
	st = look(p->to, "d/e");
	assert_int_equal(st.st_mode, S_IFDIR | 01555);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_int_equal(st.st_mtim.tv_nsec, 5);
	assert_int_equal(fchmodat(p->from, "d/e", 0700, 0), 0);
	assert_int_equal(fchmodat(p->to, "d/e", 0700, 0), 0);
}

static void holes_stay_holes(void **state)
{
	struct place *p = *state;
	autofd int fd = openat(p->from, "sparse", O_RDWR | O_CREAT, 0600);
	char end[4] = "";
	autofd int copy = -1;

	assert_int_equal(pwrite(fd, "end", 3, 64 << 20), 3);
	assert_int_equal(ftruncate(fd, 128 << 20), 0);
	assert_int_equal(tree_copy(p->from, p->to), 0);
	copy = openat(p->to, "sparse", O_RDONLY);
	assert_int_equal(pread(copy, end, 3, 64 << 20), 3);
	assert_string_equal(end, "end");
	assert_int_equal(look(p->to, "sparse").st_size, 128 << 20);
	assert_true(look(p->to, "sparse").st_blocks < 4096);
}

static void many_links(void **state)
{
	struct place *p = *state;
	char name[32], link[32];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "file%d", i);
		snprintf(link, sizeof link, "link%d", i);
		put(p->from, name, name, 0600);
		assert_int_equal(linkat(p->from, name, p->from, link, 0), 0);
	}
	assert_int_equal(tree_copy(p->from, p->to), 0);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "file%d", i);
		snprintf(link, sizeof link, "link%d", i);
		assert_int_equal(look(p->to, name).st_ino, look(p->to, link).st_ino);
		assert_int_equal(look(p->to, name).st_nlink, 2);
		assert_int_equal(look(p->to, name).st_size, strlen(name));
	}
}

/* What is there is not replaced, whatever it is, and nothing is written through it. */
static void nothing_is_replaced(void **state)
{
	struct place *p = *state;

	put(p->top, "outside", "precious", 0644);
	put(p->from, "name", "new", 0600);
	assert_int_equal(symlinkat("../outside", p->to, "name"), 0);
	assert_int_equal(tree_copy(p->from, p->to), -EEXIST);
	assert_int_equal(unlinkat(p->from, "name", 0), 0);
	assert_int_equal(mkdirat(p->from, "name", 0700), 0);
	assert_int_equal(tree_copy(p->from, p->to), -EEXIST);
	assert_int_equal(look(p->top, "outside").st_size, 8);
	assert_int_equal(look(p->top, "outside").st_mode, S_IFREG | 0644);
}

static void too_deep(void **state)
{
	struct place *p = *state;
	int at = dup(p->from);

	for (int i = 0; i < 200; i++) {
		int below;

		assert_int_equal(mkdirat(at, "d", 0700), 0);
		below = openat(at, "d", O_RDONLY | O_DIRECTORY);
		close(at);
		at = below;
	}
	close(at);
	assert_int_equal(tree_copy(p->from, p->to), -ELOOP);
	assert_non_null(strstr(error_text(-ELOOP), "copy /d/d/d"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(holes_stay_holes, setup, teardown),
		cmocka_unit_test_setup_teardown(many_links, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(too_deep, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
