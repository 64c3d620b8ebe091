/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded by `make dev-valgrind`: valgrind answers "no such system call" to the calls it does not know yet (3.19 knows
 * neither openat2 nor the mount calls with descriptors nor pidfds nor seccomp), and hoy cannot make a container without
 * them. Here they are made on the real processor instead of the simulated one, by valgrind's own client request. None of
 * them writes to memory, so valgrind misses nothing; clone3 does, and becomes the older clone, which valgrind knows.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

struct call {
	long number, args[6];
};

/* On the real processor: no libc here, its thread-local storage is valgrind's. */
static long native(unsigned long thread, struct call *c)
{
	(void)thread;
#if defined(__x86_64__)
	register long r10 __asm__("r10") = c->args[3];
	register long r8 __asm__("r8") = c->args[4];
	register long r9 __asm__("r9") = c->args[5];
	long result = c->number;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(c->args[0]), "S"(c->args[1]), "d"(c->args[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x0 __asm__("x0") = c->args[0];
	register long x1 __asm__("x1") = c->args[1];
	register long x2 __asm__("x2") = c->args[2];
	register long x3 __asm__("x3") = c->args[3];
	register long x4 __asm__("x4") = c->args[4];
	register long x5 __asm__("x5") = c->args[5];
	register long x8 __asm__("x8") = c->number;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8) : "memory");
	return x0;
#else
#error "a system call on this processor is not written yet"
#endif
}

static bool unknown_to_valgrind(long number)
{
	switch (number) {
	case SYS_openat2:
	case SYS_open_tree:
	case SYS_move_mount:
	case SYS_fsopen:
	case SYS_fsconfig:
	case SYS_fsmount:
	case SYS_fspick:
	case SYS_mount_setattr:
	case SYS_pidfd_open:
	case SYS_pidfd_send_signal:
	case SYS_seccomp:
		return true;
	default:
		return false;
	}
}

static long (*libc)(long, ...);

/* clone cannot place the child in a cgroup, so the child goes there itself. */
static long clone_as_before(const struct clone_args *args)
{
	long r = libc(SYS_clone, (args->flags & ~CLONE_INTO_CGROUP) | args->exit_signal, NULL,
		      args->flags & CLONE_PIDFD ? args->pidfd : args->parent_tid, args->child_tid, args->tls);
	int fd;

	if (r != 0 || !(args->flags & CLONE_INTO_CGROUP))
		return r;
	fd = openat((int)args->cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(125);
	close(fd);
	return 0;
}

/* In place of libc's. */
long syscall(long number, ...)
{
	struct call c = { .number = number };
	long *a = c.args, result;
	va_list list;

	if (!libc)
		libc = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (RUNNING_ON_VALGRIND && number == SYS_clone3)
		return clone_as_before((const struct clone_args *)(uintptr_t)a[0]);
	if (!RUNNING_ON_VALGRIND || !unknown_to_valgrind(number))
		return libc(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	result = (long)VALGRIND_NON_SIMD_CALL1(native, &c);
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

/* libc's own names for some of them */
#define SAME_AS(name, number)                              \
	long name(long a, long b, long c, long d, long e); \
	long name(long a, long b, long c, long d, long e)  \
	{                                                  \
		return syscall(number, a, b, c, d, e, 0L); \
	}
SAME_AS(open_tree, SYS_open_tree)
SAME_AS(move_mount, SYS_move_mount)
SAME_AS(fsopen, SYS_fsopen)
SAME_AS(fsconfig, SYS_fsconfig)
SAME_AS(fsmount, SYS_fsmount)
SAME_AS(mount_setattr, SYS_mount_setattr)
SAME_AS(pidfd_open, SYS_pidfd_open)
SAME_AS(pidfd_send_signal, SYS_pidfd_send_signal)
