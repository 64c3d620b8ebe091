/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who the process is, by the passwd and group files of a stranger: classes T1, T6 and T9 of the project's history of
 * advisories (CVE-2016-3697, CVE-2024-40635, CVE-2026-30892, CVE-2026-46680, CVE-2024-9676). Needs no root.
 */
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "container/user.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "web:x:33:44:a web server:/srv/web:/bin/false\n"
			     "1:x:777:778:a name that looks like a number:/evil:/bin/sh\n"
			     "4294967296:x:0:0:a wrapped number:/evil:/bin/sh\n"
			     "broken line\n"
			     "wrong:x:notanumber:1::/:\n"
			     "wrapped:x:4294967296:4294967296::/:\n"
			     "last:x:99:99::/home/last:/bin/sh"; /* without a newline */
static const char group[] = "root:x:0:root\nweb:x:44:\nlogs:x:50:web,last\nwheel:x:10:root\nadmin:x:60:nobody,web\n";

struct ground {
	char path[32];
	int root;
};

static void put(const struct ground *g, const char *path, const char *text)
{
	assert_int_equal(file_write(g->root, path, text, strlen(text), 0644, FILE_VOLATILE), 0);
}

static int setup(void **state)
{
	static struct ground g;

	snprintf(g.path, sizeof g.path, "/tmp/hoy-test.XXXXXX");
	if (!mkdtemp(g.path))
		return -1;
	g.root = open(g.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(g.root, "etc", 0755);
	put(&g, "etc/passwd", passwd);
	put(&g, "etc/group", group);
	*state = &g;
	return 0;
}

static int teardown(void **state)
{
	struct ground *g = *state;

	close(g->root);
	return dir_remove_tree(AT_FDCWD, g->path);
}

static void expect(const struct ground *g, const char *text, uint32_t uid, uint32_t gid, const char *home)
{
	struct user u = { 0 };

	assert_int_equal(user_resolve(g->root, text, NULL, &u), 0);
	assert_int_equal(u.uid, uid);
	assert_int_equal(u.gid, gid);
	assert_string_equal(u.home, home);
	assert_true(u.group_count >= 1);
	assert_int_equal(u.groups[0], gid);
	user_release(&u);
}

static void refuse(const struct ground *g, const char *text)
{
	struct user u = { 0 };

	assert_int_equal(user_resolve(g->root, text, NULL, &u), -EINVAL);
	assert_null(u.home);
}

static void names_and_numbers(void **state)
{
	const struct ground *g = *state;

	expect(g, "", 0, 0, "/root");
	expect(g, "root", 0, 0, "/root");
	expect(g, "web", 33, 44, "/srv/web");
	expect(g, "33", 33, 44, "/srv/web");
	expect(g, "last", 99, 99, "/home/last");
	expect(g, "5000", 5000, 0, "/");
	expect(g, "5000:6000", 5000, 6000, "/");
	expect(g, "web:logs", 33, 50, "/srv/web");
	expect(g, "0:44", 0, 44, "/root");
	expect(g, "web:", 33, 44, "/srv/web");
	expect(g, "2147483647:2147483647", 2147483647, 2147483647, "/");
}

static void a_number_is_never_a_name(void **state)
{
	const struct ground *g = *state;

	expect(g, "1", 1, 0, "/"); /* not uid 777 */
	refuse(g, "4294967296");   /* neither 0 nor the entry of that name */
	refuse(g, "99999999999");
	refuse(g, "4294967295");
	refuse(g, "2147483648");
	refuse(g, "-1");
	refuse(g, "+0");
	refuse(g, "0:4294967296");
	refuse(g, "0:-1");
	refuse(g, "wrong");
	refuse(g, "wrapped");
	refuse(g, "nobody-here");
	refuse(g, "web:nogroup");
	refuse(g, "0x0");
	refuse(g, " 0");
}

static void supplementary_groups(void **state)
{
	const struct ground *g = *state;
	struct user u = { 0 };
	autostrv add = { 0 };

	assert_int_equal(user_resolve(g->root, "web", NULL, &u), 0);
	assert_int_equal(u.group_count, 3);
	assert_int_equal(u.groups[0], 44);
	assert_int_equal(u.groups[1], 50);
	assert_int_equal(u.groups[2], 60);
	user_release(&u);
	/* an explicit group takes the place of all, as in Docker */
	assert_int_equal(user_resolve(g->root, "web:logs", NULL, &u), 0);
	assert_int_equal(u.group_count, 1);
	user_release(&u);
	strv_add(&add, "wheel");
	strv_add(&add, "1234");
	strv_add(&add, "44");
	assert_int_equal(user_resolve(g->root, "web", &add, &u), 0);
	assert_int_equal(u.group_count, 5);
	assert_int_equal(u.groups[3], 10);
	assert_int_equal(u.groups[4], 1234);
	user_release(&u);
	strv_add(&add, "4294967296");
	assert_int_equal(user_resolve(g->root, "web", &add, &u), -EINVAL);
}

static void without_files(void **state)
{
	const struct ground *g = *state;

	unlinkat(g->root, "etc/passwd", 0);
	unlinkat(g->root, "etc/group", 0);
	expect(g, "", 0, 0, "/");
	expect(g, "7:8", 7, 8, "/");
	refuse(g, "root");
}

static void hostile_files(void **state)
{
	const struct ground *g = *state;
	struct user u = { 0 };
	int fd;

	/* a FIFO: no waiting for a writer */
	unlinkat(g->root, "etc/passwd", 0);
	assert_int_equal(mkfifoat(g->root, "etc/passwd", 0644), 0);
	assert_int_equal(user_resolve(g->root, "web", NULL, &u), -EINVAL);
	/* a symlink to the host's file leads to the image's own */
	unlinkat(g->root, "etc/passwd", 0);
	assert_int_equal(symlinkat("/../../../../../../etc/canary", g->root, "etc/passwd"), 0);
	expect(g, "", 0, 0, "/");
	put(g, "etc/canary", passwd);
	expect(g, "web", 33, 44, "/srv/web");
	/* magic links are refused */
	unlinkat(g->root, "etc/passwd", 0);
	assert_int_equal(symlinkat("/proc/self/fd/0", g->root, "etc/passwd"), 0);
	expect(g, "", 0, 0, "/");
	/* and what is too large is not read */
	unlinkat(g->root, "etc/passwd", 0);
	fd = openat(g->root, "etc/passwd", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, INT64_C(1) << 40), 0);
	close(fd);
	assert_int_equal(user_resolve(g->root, "web", NULL, &u), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_and_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(a_number_is_never_a_name, setup, teardown),
		cmocka_unit_test_setup_teardown(supplementary_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(without_files, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_files, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
