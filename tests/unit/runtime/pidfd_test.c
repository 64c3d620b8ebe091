/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces by pidfd: those of that process, and of no other once it is gone. Needs no root. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "runtime/pidfd.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const struct {
	enum spec_namespace_type type;
	const char *path;
} ours[] = {
	{ SPEC_NS_USER, "/proc/self/ns/user" }, { SPEC_NS_CGROUP, "/proc/self/ns/cgroup" }, { SPEC_NS_IPC, "/proc/self/ns/ipc" },
	{ SPEC_NS_UTS, "/proc/self/ns/uts" },   { SPEC_NS_NETWORK, "/proc/self/ns/net" },   { SPEC_NS_PID, "/proc/self/ns/pid" },
	{ SPEC_NS_MOUNT, "/proc/self/ns/mnt" }, { SPEC_NS_TIME, "/proc/self/ns/time" },
};

static pid_t sleeper(int *ret_pidfd)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	assert_true(pid > 0);
	*ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(*ret_pidfd >= 0);
	return pid;
}

static void end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void each_type(void **state)
{
	autofd int pidfd = -1;
	pid_t pid = sleeper(&pidfd);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		autofd int fd = pidfd_namespace(pidfd, ours[i].type);
		struct stat expected, got;

		if (fd < 0)
			fail_msg("%s: %s", ours[i].path, error_text(fd));
		assert_int_equal(stat(ours[i].path, &expected), 0);
		assert_int_equal(fstat(fd, &got), 0);
		assert_int_equal(got.st_ino, expected.st_ino);
	}
	end(pid);
}

static void one_that_is_gone(void **state)
{
	autofd int pidfd = -1;

	(void)state;
	end(sleeper(&pidfd));
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		assert_int_equal(pidfd_namespace(pidfd, ours[i].type), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_type), cmocka_unit_test(one_that_is_gone) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
