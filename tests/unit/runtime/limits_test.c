/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/limits.h"

#include "base/error.h"

/* cmocka.h wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void lists(void **state)
{
	static const char *const bad[] = {
		"", ",", "1,", "-1", "3-1", "64", "0-64", "a", "1 2", "1-", "1,,2", "0x1", "99999999999999999999"
	};
	unsigned long mask = 0;

	(void)state;
	assert_int_equal(limits_parse_list("0-3,7,63", 64, &mask), 0);
	assert_int_equal(mask, 0x800000000000008f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(limits_parse_list(bad[i], 64, &mask), -EINVAL);
}

static void names(void **state)
{
	(void)state;
	for (int n = 0; n < RLIM_NLIMITS; n++)
		assert_int_equal(limits_rlimit_from_name(limits_rlimit_name(n)), n);
	assert_int_equal(limits_rlimit_from_name("NOFILE"), -1);
	assert_int_equal(limits_policy_from_name("SCHED_DEADLINE"), 6);
	assert_int_equal(limits_io_class_from_name("IOPRIO_CLASS_IDLE"), 3);
	assert_int_equal(limits_memory_mode_from_name("MPOL_BIND"), 2);
	assert_int_equal(limits_memory_flag_from_name("MPOL_F_STATIC_NODES"), 32768);
}

/* Limits stick to the process, so each case runs in a child, which says how it went by its exit code. */
static void in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int lower_and_refuse(void)
{
	struct spec_rlimit items[] = { { (char *)"RLIMIT_NOFILE", 64, 32 } };
	struct spec_rlimits list = { items, 1 };
	struct rlimit now;

	if (limits_apply_rlimits(&list) < 0 || getrlimit(RLIMIT_NOFILE, &now) < 0 || now.rlim_cur != 32 || now.rlim_max != 64)
		return 1;
	items[0].soft = 65;
	if (limits_apply_rlimits(&list) != -EINVAL)
		return 2;
	items[0].type = (char *)"RLIMIT_NOTHING";
	if (limits_apply_rlimits(&list) != -EINVAL || !strstr(error_text(-EINVAL), "RLIMIT_NOTHING"))
		return 3;
	return 0;
}

static void rlimits_are_applied(void **state)
{
	(void)state;
	in_child(lower_and_refuse);
}

static int oom_score(void)
{
	int self = open("/proc/self", O_RDONLY | O_DIRECTORY);
	char now[16] = "";
	int fd;

	if (limits_apply_oom_score_adj(self, 500, false) < 0)
		return 1;
	fd = open("/proc/self/oom_score_adj", O_RDONLY);
	if (read(fd, now, sizeof now - 1) <= 0 || strcmp(now, "500\n") != 0)
		return 2;
	/* the same again is no write at all */
	return limits_apply_oom_score_adj(self, 500, false) == 0 ? 0 : 3;
}

static void oom_score_is_applied(void **state)
{
	(void)state;
	in_child(oom_score);
}

static int bad_values(void)
{
	const struct spec_scheduler scheduler = { .set = true, .policy = (char *)"SCHED_NONE" };
	const struct spec_io_priority io = { .set = true, .class = (char *)"IOPRIO_CLASS_BE", .priority = 8 };
	const struct spec_memory_policy memory = { .set = true, .mode = (char *)"MPOL_BIND", .nodes = (char *)"0-" };
	const struct strv flags = { 0 };

	if (limits_apply_scheduler(&scheduler) != -EINVAL)
		return 1;
	if (limits_apply_io_priority(&io) != -EINVAL)
		return 2;
	if (limits_apply_memory_policy(&memory) != -EINVAL)
		return 3;
	if (limits_apply_personality("LINUX33", &flags) != -EINVAL)
		return 4;
	return limits_affinity(0, "0-") == -EINVAL ? 0 : 5;
}

static void invalid_values_are_refused(void **state)
{
	(void)state;
	in_child(bad_values);
}

static int good_values(void)
{
	const struct spec_scheduler scheduler = { .set = true, .policy = (char *)"SCHED_BATCH", .nice = 5 };
	const struct spec_io_priority io = { .set = true, .class = (char *)"IOPRIO_CLASS_IDLE" };
	const struct strv flags = { 0 };

	if (limits_apply_scheduler(&scheduler) < 0)
		return 1;
	if (limits_apply_io_priority(&io) < 0)
		return 2;
	if (limits_apply_personality("LINUX32", &flags) < 0)
		return 3;
	return limits_affinity(0, "0") == 0 ? 0 : 4;
}

static void valid_values_are_applied(void **state)
{
	(void)state;
	in_child(good_values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(names),
		cmocka_unit_test(rlimits_are_applied),
		cmocka_unit_test(oom_score_is_applied),
		cmocka_unit_test(invalid_values_are_refused),
		cmocka_unit_test(valid_values_are_applied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
