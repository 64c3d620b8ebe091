/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cages from inside: each test enters one in a child and tries to get out. Works as root and without; as root the
 * privileges that remain are looked at, too.
 */
#include "kernel/sandbox.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SANITIZER_BUILD 0
#if defined(__SANITIZE_ADDRESS__)
#undef SANITIZER_BUILD
#define SANITIZER_BUILD 1
#endif

/* Runs @inside in a child. Returns the number of the line where it failed, 0, or -signal. */
static int in_child(int (*inside)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		/* cmocka has a handler of its own */
		(void)signal(SIGSYS, SIG_DFL);
		_exit(inside());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Exit codes hold one byte: a check has a number of its own. */
#define CHECK(number, condition)         \
	do {                             \
		if (!(condition))        \
			return (number); \
	} while (0)

static void *thread_main(void *data)
{
	return data;
}

static int transfer_inside(void)
{
	char *const argv[] = { (char *)"/bin/true", NULL };
	int kept = open("/tmp", O_RDONLY | O_DIRECTORY), fd;
	struct rlimit core;
	pthread_t thread;

	CHECK(1, sandbox_transfer(NULL) == 0);
	/* what it needs */
	fd = open("/etc/passwd", O_RDONLY);
	CHECK(2, fd >= 0 || errno == ENOENT);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(3, fd >= 0);
	CHECK(4, pthread_create(&thread, NULL, thread_main, NULL) == 0 && pthread_join(thread, NULL) == 0);
	/* what it does not */
	CHECK(10, geteuid() != 0);
	CHECK(11, execve("/bin/true", argv, argv + 1) < 0 && errno == EPERM);
	CHECK(12, fork() < 0 && errno == EPERM);
	CHECK(13, ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 && errno == EPERM);
	CHECK(14, mount("none", "/", "tmpfs", 0, NULL) < 0 && errno == EPERM);
	CHECK(15, unshare(CLONE_NEWUSER) < 0 && errno == EPERM);
	CHECK(16, kill(getppid(), SIGTERM) < 0 && errno == EPERM);
	CHECK(17, socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0) < 0 && errno == EAFNOSUPPORT);
	CHECK(18, socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == EAFNOSUPPORT);
	CHECK(19, setuid(0) < 0 || geteuid() != 0);
	CHECK(20, getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	CHECK(21, syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS);
	/* only where the kernel has Landlock */
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0) {
		CHECK(30, open("/tmp/hoy-sandbox-test", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
		CHECK(31, openat(kept, "hoy-sandbox-test", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
		CHECK(32, open("/tmp", O_RDONLY) < 0 && errno == EACCES);
		CHECK(33, mkdir("/tmp/hoy-sandbox-test", 0700) < 0 && errno == EACCES);
		CHECK(34, open("/proc/self/mem", O_RDWR) < 0);
	}
	return 0;
}

static void transfer(void **state)
{
	(void)state;
	if (SANITIZER_BUILD)
		skip();
	assert_int_equal(in_child(transfer_inside), 0);
}

static int unpacker_inside(void)
{
	char dir[] = "/tmp/hoy-sandbox-XXXXXX";
	int fd, root;
	void *page;
	struct stat st;

	CHECK(1, mkdtemp(dir) != NULL);
	root = open(dir, O_RDONLY | O_DIRECTORY);
	CHECK(2, rmdir(dir) == 0 && mkdir(dir, 0700) == 0);
	close(root);
	root = open(dir, O_RDONLY | O_DIRECTORY);
	rmdir(dir);
	CHECK(3, sandbox_unpacker(root, SANDBOX_UNPACK) == 0);
	CHECK(4, sandbox_unpacker_seal() == 0);
	/* chrooted where that was possible: then the outside has no name */
	if (geteuid() == 0)
		CHECK(5, open("/etc/passwd", O_RDONLY) < 0 && open("../../../../etc/passwd", O_RDONLY) < 0 && errno == ENOENT);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(6, page != MAP_FAILED);
	CHECK(7, mprotect(page, 4096, PROT_READ | PROT_EXEC) < 0 && errno == EPERM);
	CHECK(8, mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EPERM);
	CHECK(9, fstat(root, &st) == 0);
	fd = (int)syscall(SYS_openat, root, ".", O_RDONLY | O_DIRECTORY);
	CHECK(10, fd >= 0);
	return 0;
}

static int socket_inside(void)
{
	if (sandbox_unpacker(open("/tmp", O_RDONLY | O_DIRECTORY), SANDBOX_UNPACK) < 0 || sandbox_unpacker_seal() < 0)
		return 1;
	(void)socket(AF_INET, SOCK_STREAM, 0);
	return 2;
}

static void tell(int number)
{
	_exit(number == SYS_socket ? 42 : 3);
}

static int told_inside(void)
{
	return sandbox_on_violation(tell) < 0 ? 4 : socket_inside();
}

static int chroot_inside(void)
{
	if (sandbox_unpacker(open("/tmp", O_RDONLY | O_DIRECTORY), SANDBOX_UNPACK) < 0 || sandbox_unpacker_seal() < 0)
		return 1;
	return chroot("..") < 0 ? 2 : 3;
}

static void unpacker(void **state)
{
	(void)state;
	if (SANITIZER_BUILD)
		skip();
	assert_int_equal(in_child(unpacker_inside), 0);
	assert_int_equal(in_child(socket_inside), -SIGSYS);
	assert_int_equal(in_child(chroot_inside), -SIGSYS);
	assert_int_equal(in_child(told_inside), 42);
}

/* What it needs: sockets of TCP and UDP that are prepared, nothing else. */
static int relay_inside(void)
{
	int on = 1, fd, other;

	CHECK(1, sandbox_relay(false) == 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	other = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(2, fd >= 0 && (other >= 0 || errno == EAFNOSUPPORT));
	CHECK(3, setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
	CHECK(4, recvmsg(fd, &(struct msghdr){ 0 }, MSG_DONTWAIT) < 0 && errno == ENOTCONN);
	return 0;
}

static int relay_opens(void)
{
	return sandbox_relay(true) < 0 ? 1 : open("/dev/null", O_RDONLY) < 0 ? 2 : 3;
}

static int relay_makes_sctp(void)
{
	return sandbox_relay(false) < 0 ? 1 : socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) < 0 ? 2 : 3;
}

static int relay_may_make_sctp(void)
{
	CHECK(1, sandbox_relay(true) == 0);
	CHECK(2, socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) >= 0 || errno == EPROTONOSUPPORT);
	return 0;
}

static int relay_makes_unix(void)
{
	return sandbox_relay(true) < 0 ? 1 : socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 2 : 3;
}

static int relay_sets_option(void)
{
	int on = 1;

	return sandbox_relay(false) < 0 ? 1 : setsockopt(0, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) < 0 ? 2 : 3;
}

static int relay_sets_option_of_ipv6(void)
{
	int on = 1; /* this number at another level is IPV6_ADDRFORM */

	return sandbox_relay(false) < 0 ? 1 : setsockopt(0, IPPROTO_IPV6, TCP_NODELAY, &on, sizeof on) < 0 ? 2 : 3;
}

static void relay(void **state)
{
	(void)state;
	if (SANITIZER_BUILD)
		skip();
	assert_int_equal(in_child(relay_inside), 0);
	assert_int_equal(in_child(relay_may_make_sctp), 0);
	assert_int_equal(in_child(relay_makes_sctp), -SIGSYS);
	assert_int_equal(in_child(relay_opens), -SIGSYS);
	assert_int_equal(in_child(relay_makes_unix), -SIGSYS);
	assert_int_equal(in_child(relay_sets_option), -SIGSYS);
	assert_int_equal(in_child(relay_sets_option_of_ipv6), -SIGSYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transfer),
		cmocka_unit_test(unpacker),
		cmocka_unit_test(relay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
