/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container sees of itself that busybox has no word for: one question an invocation, the answer on stdout. Linked
 * statically, so that it runs in any rootfs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int answer(long r)
{
	if (r < 0)
		printf("error %d %s\n", errno, strerror(errno));
	else
		printf("%ld\n", r);
	return 0;
}

struct attr {
	unsigned int size, policy;
	unsigned long long flags;
	int nice;
	unsigned int priority;
	unsigned long long runtime, deadline, period;
	unsigned int util_min, util_max;
};

static int scheduler(void)
{
	struct attr a = { .size = sizeof(a) };

	if (syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0) < 0)
		return answer(-1);
	printf("policy %u nice %d priority %u flags %llu runtime %llu deadline %llu period %llu\n", a.policy, a.nice, a.priority,
	       a.flags, a.runtime, a.deadline, a.period);
	return 0;
}

/* the open descriptors and what is behind them */
static int descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		char link[64], target[512];
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof(target) - 1);
		if (n >= 0)
			printf("%d %.*s\n", fd, (int)n, target);
	}
	return 0;
}

static int mempolicy(void)
{
	int mode = -1;
	unsigned long nodes[16] = { 0 };

	if (syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, NULL, 0) < 0)
		return answer(-1);
	printf("mode %d nodes %lx\n", mode, nodes[0]);
	return 0;
}

/* makes a directory through the system call that a filter of the test is about */
static int make_directory(const char *path)
{
	return answer(syscall(SYS_mkdir, path, 0755));
}

static int keyring(void)
{
	return answer(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
}

/* ends by the first signal that is caught, and says which */
static int wait_signal(void)
{
	sigset_t all;
	int got = 0;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	puts("ready");
	fflush(stdout);
	sigwait(&all, &got);
	printf("signal %d\n", got);
	return 0;
}

/* takes this many MiB of memory and touches them */
static int take_memory(size_t mib)
{
	for (size_t i = 0; i < mib; i++) {
		char *block = malloc(1 << 20);

		if (!block)
			return answer(-1);
		memset(block, 1, 1 << 20);
	}
	printf("took %zu MiB\n", mib);
	return 0;
}

/* exchanges two names over and over, until it is killed */
static int exchange(const char *a, const char *b)
{
	while (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */) == 0)
		;
	return answer(-1);
}

/* As sd_notify(3) does it. */
static int notify(const char *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *name = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (!name || strlen(name) >= sizeof address.sun_path)
		return 1;
	strcpy(address.sun_path, name);
	return sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, sizeof address) < 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const char *arg = argc > 2 ? argv[2] : "0";

	if (!strcmp(what, "scheduler"))
		return scheduler();
	if (!strcmp(what, "ioprio"))
		return answer(syscall(SYS_ioprio_get, 1, 0));
	if (!strcmp(what, "personality"))
		return answer(personality(0xffffffff));
	if (!strcmp(what, "fds"))
		return descriptors();
	if (!strcmp(what, "mempolicy"))
		return mempolicy();
	if (!strcmp(what, "mkdir"))
		return make_directory(arg);
	if (!strcmp(what, "getpid"))
		return answer(syscall(SYS_getpid));
	if (!strcmp(what, "socket"))
		return answer(socket(atoi(arg), SOCK_STREAM, 0) < 0 ? -1 : 0);
	if (!strcmp(what, "dumpable"))
		return answer(prctl(PR_GET_DUMPABLE));
	if (!strcmp(what, "securebits"))
		return answer(prctl(PR_GET_SECUREBITS));
	if (!strcmp(what, "keyring"))
		return keyring();
	if (!strcmp(what, "pdeathsig")) {
		int signal = -1;

		prctl(PR_GET_PDEATHSIG, &signal);
		return answer(signal);
	}
	if (!strcmp(what, "open-write")) {
		int fd = open(arg, O_WRONLY | O_CLOEXEC);

		return answer(fd < 0 ? -1 : 0);
	}
	if (!strcmp(what, "exchange") && argc > 3)
		return exchange(argv[2], argv[3]);
	if (!strcmp(what, "wait-signal"))
		return wait_signal();
	if (!strcmp(what, "notify"))
		return notify(arg);
	if (!strcmp(what, "memory"))
		return take_memory(strtoul(arg, NULL, 10));
	fprintf(stderr, "probe: no question \"%s\"\n", what);
	return 2;
}
