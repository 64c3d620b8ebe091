/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sandbox_filter.h"

#include "base/error.h"
#include "base/memory.h"

#include <endian.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define THIS_ARCH AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define THIS_ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && __BYTE_ORDER == __LITTLE_ENDIAN
#define THIS_ARCH AUDIT_ARCH_PPC64LE
#else
#error "add this processor's AUDIT_ARCH here"
#endif

enum condition { ALWAYS, IF_EQUAL, IF_NOT_EQUAL, IF_ANY_BIT };

/* The first rule that matches decides. */
struct rule {
	uint32_t number;
	uint32_t action;
	enum condition condition;
	uint32_t argument; /* number of the argument looked at; its low 32 bits */
	uint32_t value;
};

#define ALLOW(name)                           \
	{                                     \
		SYS_##name, SECCOMP_RET_ALLOW \
	}
#define REFUSE(name)                                  \
	{                                             \
		SYS_##name, SECCOMP_RET_ERRNO | EPERM \
	}
#define NO_CALL(name)                                  \
	{                                              \
		SYS_##name, SECCOMP_RET_ERRNO | ENOSYS \
	}

static const struct rule unpacker[] = {
	/* the stream, the files, the result */
	ALLOW(read),
	ALLOW(write),
	ALLOW(pwrite64),
	ALLOW(close),
	ALLOW(lseek),
	ALLOW(openat),
	ALLOW(openat2),
	ALLOW(newfstatat),
	ALLOW(fstat),
	ALLOW(statx),
	ALLOW(fcntl),
	ALLOW(ftruncate),
	ALLOW(getdents64),
	ALLOW(readlinkat),
	ALLOW(mkdirat),
	ALLOW(mknodat),
	ALLOW(linkat),
	ALLOW(symlinkat),
	ALLOW(unlinkat),
	ALLOW(fchdir),
	ALLOW(fchown),
	ALLOW(fchownat),
	ALLOW(fchmod),
	ALLOW(fchmodat),
	ALLOW(fsetxattr),
	ALLOW(lsetxattr),
	ALLOW(fgetxattr),
	ALLOW(flistxattr),
	ALLOW(fstatfs),
	ALLOW(pread64),
	ALLOW(utimensat),
	ALLOW(ppoll),
#ifdef SYS_poll
	ALLOW(poll),
#endif
	/* memory and threads; nothing becomes executable any more */
	{ SYS_mmap, SECCOMP_RET_ERRNO | EPERM, IF_ANY_BIT, 2, PROT_EXEC },
	{ SYS_mprotect, SECCOMP_RET_ERRNO | EPERM, IF_ANY_BIT, 2, PROT_EXEC },
	ALLOW(mmap),
	ALLOW(mprotect),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(brk),
	ALLOW(madvise),
	ALLOW(futex),
	ALLOW(set_robust_list),
#ifdef SYS_rseq
	ALLOW(rseq),
#endif
	ALLOW(sched_yield),
	ALLOW(sched_getaffinity),
	ALLOW(clock_gettime),
	ALLOW(clock_nanosleep),
	ALLOW(getrandom),
	ALLOW(sysinfo),
	ALLOW(gettid),
	ALLOW(getpid),
	ALLOW(geteuid),
	ALLOW(rt_sigaction),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(restart_syscall),
	ALLOW(exit),
	ALLOW(exit_group),
	/* libc asks, and goes on without */
	REFUSE(prctl),
	REFUSE(prlimit64),
	REFUSE(ioctl),
	REFUSE(tgkill),
};

static const struct rule transfer[] = {
	/* threads, yes; processes and namespaces, no. clone3's flags are out of a filter's sight: libc falls back to clone */
	{ SYS_clone, SECCOMP_RET_ALLOW, IF_ANY_BIT, 0, CLONE_THREAD },
	REFUSE(clone),
	NO_CALL(clone3),
#ifdef SYS_fork
	REFUSE(fork),
	REFUSE(vfork),
#endif
	REFUSE(execve),
	REFUSE(execveat),
	REFUSE(unshare),
	REFUSE(setns),
	REFUSE(mount),
	REFUSE(umount2),
	REFUSE(pivot_root),
	REFUSE(chroot),
	REFUSE(open_tree),
	REFUSE(move_mount),
	REFUSE(fsopen),
	REFUSE(fsconfig),
	REFUSE(fsmount),
	REFUSE(fspick),
	REFUSE(mount_setattr),
	REFUSE(ptrace),
	REFUSE(process_vm_readv),
	REFUSE(process_vm_writev),
	REFUSE(process_madvise),
	REFUSE(pidfd_open),
	REFUSE(pidfd_getfd),
	REFUSE(pidfd_send_signal),
	REFUSE(kill),
	REFUSE(tkill),
	REFUSE(rt_sigqueueinfo),
	REFUSE(bpf),
	REFUSE(perf_event_open),
	REFUSE(userfaultfd),
	REFUSE(io_uring_setup),
	REFUSE(io_uring_enter),
	REFUSE(io_uring_register),
	REFUSE(keyctl),
	REFUSE(add_key),
	REFUSE(request_key),
	REFUSE(open_by_handle_at),
	REFUSE(name_to_handle_at),
	REFUSE(personality),
	REFUSE(init_module),
	REFUSE(finit_module),
	REFUSE(delete_module),
	REFUSE(kexec_load),
	REFUSE(quotactl),
	REFUSE(acct),
	REFUSE(swapon),
	REFUSE(swapoff),
	REFUSE(reboot),
	REFUSE(syslog),
	REFUSE(vmsplice),
	REFUSE(shmget),
	REFUSE(shmat),
	REFUSE(msgget),
	REFUSE(semget),
	REFUSE(mq_open),
	/* HTTP, name lookup, and libc's question which addresses this host has */
	{ SYS_socket, SECCOMP_RET_ALLOW, IF_EQUAL, 0, AF_INET },
	{ SYS_socket, SECCOMP_RET_ALLOW, IF_EQUAL, 0, AF_INET6 },
	{ SYS_socket, SECCOMP_RET_ALLOW, IF_EQUAL, 0, AF_UNIX },
	{ SYS_socket, SECCOMP_RET_ALLOW, IF_EQUAL, 0, AF_NETLINK },
	{ SYS_socket, SECCOMP_RET_ERRNO | EAFNOSUPPORT },
};

static const struct rule name_server[] = {
	/* the names, the host's servers */
	ALLOW(read),
	ALLOW(openat),
	ALLOW(fstat),
	ALLOW(newfstatat),
	ALLOW(statx),
	ALLOW(fcntl),
	ALLOW(getdents64),
	ALLOW(lseek),
	ALLOW(flock),
	ALLOW(getsockopt),
#ifdef SYS_open
	/* musl's ways to say openat and newfstatat */
	ALLOW(open),
	ALLOW(stat),
	ALLOW(lstat),
#endif
};

static const struct rule relay[] = {
	/* datagrams with their addresses, messages with their streams; of TCP that small pieces do not wait */
	ALLOW(recvmsg),
	ALLOW(sendmsg),
	ALLOW(getppid),
	{ SYS_setsockopt, SECCOMP_RET_KILL_PROCESS, IF_NOT_EQUAL, 2, TCP_NODELAY },
	{ SYS_setsockopt, SECCOMP_RET_ALLOW, IF_EQUAL, 1, IPPROTO_TCP },
};

static const struct rule relay_sctp[] = {
	{ SYS_setsockopt, SECCOMP_RET_ALLOW, IF_EQUAL, 1, IPPROTO_SCTP },
	{ SYS_socket, SECCOMP_RET_ALLOW, IF_EQUAL, 2, IPPROTO_SCTP },
};

/* Of all who serve others. */
static const struct rule server[] = {
	/* what is asked, and where it is sent on to: by the family's own protocols, TCP and UDP */
	{ SYS_socket, SECCOMP_RET_KILL_PROCESS, IF_NOT_EQUAL, 2, 0 },
	{ SYS_socket, SECCOMP_RET_ALLOW, IF_EQUAL, 0, AF_INET },
	{ SYS_socket, SECCOMP_RET_ALLOW, IF_EQUAL, 0, AF_INET6 },
	ALLOW(connect),
	ALLOW(accept4),
	ALLOW(recvfrom),
	ALLOW(sendto),
	ALLOW(shutdown),
	ALLOW(close),
	ALLOW(epoll_create1),
	ALLOW(epoll_ctl),
#ifdef SYS_epoll_wait
	ALLOW(epoll_wait),
#endif
	ALLOW(epoll_pwait),
	/* memory; nothing becomes executable any more */
	{ SYS_mmap, SECCOMP_RET_ERRNO | EPERM, IF_ANY_BIT, 2, PROT_EXEC },
	{ SYS_mprotect, SECCOMP_RET_ERRNO | EPERM, IF_ANY_BIT, 2, PROT_EXEC },
	ALLOW(mmap),
	ALLOW(mprotect),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(brk),
	ALLOW(madvise),
	ALLOW(getrandom),
	ALLOW(clock_gettime),
	ALLOW(rt_sigreturn),
	ALLOW(restart_syscall),
	ALLOW(exit_group),
};

#define RULE_LENGTH 5 /* instructions at most */
#define FRAME       8 /* around the rules */

struct program {
	struct sock_filter code[RULE_LENGTH * (ARRAY_SIZE(unpacker) + ARRAY_SIZE(transfer)) + FRAME];
	unsigned short len;
};

static void emit(struct program *p, uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	p->code[p->len++] = (struct sock_filter){ code, if_true, if_false, k };
}

static void load(struct program *p, size_t offset)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void emit_rule(struct program *p, const struct rule *rule)
{
	size_t argument = offsetof(struct seccomp_data, args) + 8 * rule->argument + (__BYTE_ORDER == __BIG_ENDIAN ? 4 : 0);
	bool unless = rule->condition == IF_NOT_EQUAL;

	if (rule->condition == ALWAYS) {
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, rule->number, 0, 1);
		emit(p, BPF_RET | BPF_K, rule->action, 0, 0);
		return;
	}
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, rule->number, 0, 4);
	load(p, argument);
	emit(p, BPF_JMP | BPF_K | (rule->condition == IF_ANY_BIT ? BPF_JSET : BPF_JEQ), rule->value, unless, !unless);
	emit(p, BPF_RET | BPF_K, rule->action, 0, 0);
	load(p, offsetof(struct seccomp_data, nr));
}

struct list {
	const struct rule *rules;
	size_t count;
};

#define LIST(name) ((const struct list){ name, ARRAY_SIZE(name) })

static int install(const struct list *lists, size_t count, uint32_t otherwise)
{
	struct program p = { .len = 0 };
	struct sock_fprog program = { .filter = p.code };
	long r;

	/* a kernel built without seccomp: the other walls stand */
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL)
		return 0;
	load(&p, offsetof(struct seccomp_data, arch));
	emit(&p, BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0);
	emit(&p, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	load(&p, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	/* the x32 names of the same calls */
	emit(&p, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
	emit(&p, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
#endif
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < lists[i].count; k++)
			emit_rule(&p, &lists[i].rules[k]);
	emit(&p, BPF_RET | BPF_K, otherwise, 0, 0);
	program.len = p.len;
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
	if (r < 0)
		return fail_errno("install the system call filter");
	/* a positive result is the thread that could not follow */
	return r == 0 ? 0 : fail(-ESRCH, "install the system call filter: thread %ld has one of its own", r);
}

int sandbox_filter_unpacker(void)
{
	return install(&LIST(unpacker), 1, SECCOMP_RET_TRAP);
}

int sandbox_filter_name_server(void)
{
	const struct list lists[] = { LIST(name_server), LIST(server) };

	return install(lists, ARRAY_SIZE(lists), SECCOMP_RET_KILL_PROCESS);
}

int sandbox_filter_relay(bool sctp)
{
	const struct list lists[] = { LIST(relay_sctp), LIST(relay), LIST(server) };

	return install(lists + !sctp, ARRAY_SIZE(lists) - !sctp, SECCOMP_RET_KILL_PROCESS);
}

int sandbox_filter_transfer(void)
{
	return install(&LIST(transfer), 1, SECCOMP_RET_ALLOW);
}
