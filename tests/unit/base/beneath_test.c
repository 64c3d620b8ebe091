/* SPDX-License-Identifier: Apache-2.0 */
/* The walk that never leaves its root: symlinks to the host, dangling links, "..", loops. Needs no root. */
#include "base/beneath.h"

#include "base/cleanup.h"
#include "base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct ground {
	char dir[32];
	int root;
};

static int setup(void **state)
{
	static struct ground g;

	snprintf(g.dir, sizeof g.dir, "/tmp/hoy-test.XXXXXX");
	if (!mkdtemp(g.dir) || dir_make_all(AT_FDCWD, g.dir, 0700) < 0)
		return -1;
	g.root = open(g.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mkdirat(g.root, "root", 0755);
	mkdirat(g.root, "outside", 0755);
	close(g.root);
	g.root = -1;
	*state = &g;
	return 0;
}

static int open_in(struct ground *g, const char *name)
{
	autofd int top = open(g->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return openat(top, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int teardown(void **state)
{
	struct ground *g = *state;

	return dir_remove_tree(AT_FDCWD, g->dir);
}

static void absolute_symlink_means_the_root(void **state)
{
	autofd int root = open_in(*state, "root"), outside = open_in(*state, "outside");
	autofd int made = -1;
	struct stat st;

	assert_int_equal(symlinkat("/outside", root, "link"), 0);
	made = beneath_make_dirs(root, "link/sub", 0755);
	assert_true(made >= 0);
	assert_int_equal(fstatat(root, "outside/sub", &st, 0), 0);
	assert_int_equal(fstatat(outside, "sub", &st, 0), -1);
}

static void dotdot_symlink_stays_inside(void **state)
{
	autofd int root = open_in(*state, "root"), outside = open_in(*state, "outside");
	autofd int made = -1;
	struct stat st;

	assert_int_equal(symlinkat("../../../outside/evil", root, "up"), 0);
	made = beneath_make_file(root, "up", 0644);
	assert_true(made >= 0);
	assert_int_equal(fstatat(root, "outside/evil", &st, 0), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(fstatat(outside, "evil", &st, 0), -1);
}

static void loops_and_obstacles_are_errors(void **state)
{
	autofd int root = open_in(*state, "root");

	assert_int_equal(symlinkat("loop", root, "loop"), 0);
	assert_int_equal(beneath_make_dirs(root, "loop/x", 0755), -ELOOP);
	close(openat(root, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	assert_int_equal(beneath_make_dirs(root, "file/x", 0755), -ENOTDIR);
	assert_int_equal(beneath_open(root, "missing", O_RDONLY, 0), -ENOENT);
}

static void existing_things_are_taken(void **state)
{
	autofd int root = open_in(*state, "root");
	autofd int first = beneath_make_file(root, "a/b/c", 0600), second = beneath_make_file(root, "/a//./b/../b/c", 0644);
	struct stat x, y;

	assert_true(first >= 0 && second >= 0);
	fstat(first, &x);
	fstat(second, &y);
	assert_int_equal(x.st_ino, y.st_ino);
	assert_int_equal(x.st_mode & 07777, 0600);
}

static void parent_splits_the_last_name(void **state)
{
	autofd int root = open_in(*state, "root");
	const char *name = NULL;
	autofd int fd = beneath_parent(root, "a/b/new", &name);

	assert_true(fd >= 0);
	assert_string_equal(name, "new");
	assert_int_equal(beneath_parent(root, "a/..", &name), -EINVAL);
	assert_int_equal(beneath_parent(root, "a/", &name), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absolute_symlink_means_the_root), cmocka_unit_test(dotdot_symlink_stays_inside),
		cmocka_unit_test(loops_and_obstacles_are_errors),  cmocka_unit_test(existing_things_are_taken),
		cmocka_unit_test(parent_splits_the_last_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
