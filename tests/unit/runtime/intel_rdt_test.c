/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of resctrl, on a directory that stands for the file system: this says what is written where, not what hardware does. */
#include "runtime/intel_rdt.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"

/* cmocka.h wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char *root;

static int set_up(void **state)
{
	char name[] = "/tmp/hoy-rdt-XXXXXX";

	(void)state;
	root = mkdtemp(name) ? xstrdup(name) : NULL;
	return root ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	(void)dir_remove_tree(AT_FDCWD, root);
	free(root);
	return 0;
}

/* A group as the kernel would make it. */
static void make_group(const char *name, const char *schemata)
{
	autofree char *dir = path_join(root, name), *groups = path_join(dir, "mon_groups"), *tasks = path_join(dir, "tasks"),
		      *file = path_join(dir, "schemata");

	assert_int_equal(dir_make_all(AT_FDCWD, groups, 0755), 0);
	assert_int_equal(file_write(AT_FDCWD, tasks, "", 0, 0644, FILE_VOLATILE), 0);
	assert_int_equal(file_write(AT_FDCWD, file, schemata, strlen(schemata), 0644, FILE_VOLATILE), 0);
}

static void assert_file(const char *name, const char *text)
{
	autofree char *path = path_join(root, name);
	autobuf got = BUF_INIT;

	assert_int_equal(file_read(AT_FDCWD, path, 4096, &got), 0);
	assert_string_equal(got.data, text);
}

static void a_class_that_is_there(void **state)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	struct spec_intel_rdt spec = { .set = true, .clos_id = (char *)"gold" };

	(void)state;
	make_group("gold", "L3:0=7ff\n");
	intel_rdt_plan(&spec, root, "box", &rdt);
	assert_int_equal(intel_rdt_make(&spec, &rdt), 0);
	assert_int_equal(intel_rdt_enter(&rdt), 0);
	assert_file("gold/tasks", "0");
	assert_file("gold/schemata", "L3:0=7ff\n");
	/* neither undoing nor deleting touches what is not ours */
	intel_rdt_undo(&rdt);
	assert_int_equal(intel_rdt_remove(&rdt), 0);
	assert_int_equal(access(rdt.group, F_OK), 0);
}

static void a_class_that_is_missing(void **state)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	struct spec_intel_rdt spec = { .set = true, .clos_id = (char *)"none" };

	(void)state;
	intel_rdt_plan(&spec, root, "box", &rdt);
	assert_int_equal(intel_rdt_make(&spec, &rdt), -ENOENT);
	assert_non_null(strstr(error_text(-ENOENT), "linux.intelRdt.closID"));
	assert_int_equal(access(rdt.group, F_OK), -1);
}

static int make_with(const char *l3, const char *mb)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	struct spec_intel_rdt spec = {
		.set = true, .clos_id = (char *)"same", .l3_cache_schema = (char *)l3, .mem_bw_schema = (char *)mb
	};

	intel_rdt_plan(&spec, root, "box", &rdt);
	return intel_rdt_make(&spec, &rdt);
}

static void schemata_are_compared(void **state)
{
	(void)state;
	make_group("same", "    MB:0= 20;1=100\n    L3:0=007f;1=ff\n");
	assert_int_equal(make_with("L3:0=7f;1=ff", NULL), 0);
	assert_int_equal(make_with("L3:1=FF", "MB:0=20;1=100"), 0);
	assert_int_equal(make_with("L3:0=7;1=ff", NULL), -EINVAL);
	assert_int_equal(make_with("L3:0=7f;2=ff", NULL), -EINVAL);
	assert_int_equal(make_with(NULL, "MB:1=10"), -EINVAL);
	assert_int_equal(make_with("L2:0=7f", NULL), -EINVAL);
}

/* A new directory has no files here, so the writing fails: what was made is gone again. */
static void nothing_is_left_of_a_failure(void **state)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	struct spec_intel_rdt spec = { .set = true, .l3_cache_schema = (char *)"L3:0=7f" };

	(void)state;
	intel_rdt_plan(&spec, root, "box", &rdt);
	assert_int_equal(intel_rdt_make(&spec, &rdt), -ENOENT);
	assert_int_equal(access(rdt.group, F_OK), -1);
}

static void monitoring(void **state)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	struct spec_intel_rdt spec = { .set = true, .clos_id = (char *)"watched", .enable_monitoring = true };
	autofree char *path = path_join(root, "watched/mon_groups/box");

	(void)state;
	make_group("watched", "");
	intel_rdt_plan(&spec, root, "box", &rdt);
	assert_string_equal(rdt.monitor, path);
	assert_int_equal(intel_rdt_make(&spec, &rdt), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(intel_rdt_remove(&rdt), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(rdt.group, F_OK), 0);
}

static void the_default_class(void **state)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	struct spec_intel_rdt spec = { .set = true, .clos_id = (char *)"/" };

	(void)state;
	intel_rdt_plan(&spec, root, "box", &rdt);
	assert_string_equal(rdt.group, root);
	assert_false(rdt.group_is_own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_that_is_there),
		cmocka_unit_test(a_class_that_is_missing),
		cmocka_unit_test(schemata_are_compared),
		cmocka_unit_test(nothing_is_left_of_a_failure),
		cmocka_unit_test(monitoring),
		cmocka_unit_test(the_default_class),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
