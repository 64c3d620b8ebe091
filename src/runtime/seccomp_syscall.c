/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_syscall.h"

#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <seccomp.h>
#include <string.h>

/* Architectures of the runtime spec that libseccomp 2.5 does not know: a name like any other, and no number. */
static const char *const later_arches[] = { "loongarch64", "m68k", "sh", "sheb" };

int seccomp_arch_token(const char *name, uint32_t *ret)
{
	char lower[32];
	size_t n = 0;

	if (strncmp(name, "SCMP_ARCH_", 10) != 0 || strlen(name) > 40)
		return -EINVAL;
	for (const char *p = name + 10; *p && n < sizeof lower - 1; p++)
		lower[n++] = (char)tolower((unsigned char)*p);
	lower[n] = '\0';
	*ret = seccomp_arch_resolve_name(lower);
	if (*ret || strcmp(lower, "native") == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(later_arches); i++)
		if (strcmp(later_arches[i], lower) == 0)
			return 0;
	return -EINVAL;
}

/*
 * Since 5.1 new calls have one number on all architectures (include/uapi/asm-generic/unistd.h), x32 adds its bit. These
 * are the ones that libseccomp 2.5.4 (Debian 12) or 2.6.0 do not have.
 */
static const struct {
	const char *name;
	int number;
} common[] = {
	{ "cachestat", 451 },         { "fchmodat2", 452 },         { "map_shadow_stack", 453 }, { "futex_wake", 454 },
	{ "futex_wait", 455 },        { "futex_requeue", 456 },     { "statmount", 457 },        { "listmount", 458 },
	{ "lsm_get_self_attr", 459 }, { "lsm_set_self_attr", 460 }, { "lsm_list_modules", 461 }, { "mseal", 462 },
	{ "setxattrat", 463 },        { "getxattrat", 464 },        { "listxattrat", 465 },      { "removexattrat", 466 },
	{ "open_tree_attr", 467 },    { "file_getattr", 468 },      { "file_setattr", 469 },     { "listns", 470 },
};

/* i386: what socketcall(2) and ipc(2) bundle, and the calls of their own that Linux 4.3 and 5.1 added. */
static const struct {
	const char *name;
	int direct; /* 0: none */
	int bundle;
	uint32_t function;
} bundled[] = {
	{ "socket", 359, 102, 1 },    { "bind", 361, 102, 2 },        { "connect", 362, 102, 3 },     { "listen", 363, 102, 4 },
	{ "accept", 0, 102, 5 },      { "getsockname", 367, 102, 6 }, { "getpeername", 368, 102, 7 }, { "socketpair", 360, 102, 8 },
	{ "send", 0, 102, 9 },        { "recv", 0, 102, 10 },         { "sendto", 369, 102, 11 },     { "recvfrom", 371, 102, 12 },
	{ "shutdown", 373, 102, 13 }, { "setsockopt", 366, 102, 14 }, { "getsockopt", 365, 102, 15 }, { "sendmsg", 370, 102, 16 },
	{ "recvmsg", 372, 102, 17 },  { "accept4", 364, 102, 18 },    { "recvmmsg", 337, 102, 19 },   { "sendmmsg", 345, 102, 20 },
	{ "semop", 0, 117, 1 },       { "semget", 393, 117, 2 },      { "semctl", 394, 117, 3 },      { "semtimedop", 0, 117, 4 },
	{ "msgsnd", 400, 117, 11 },   { "msgrcv", 401, 117, 12 },     { "msgget", 399, 117, 13 },     { "msgctl", 402, 117, 14 },
	{ "shmat", 397, 117, 21 },    { "shmdt", 398, 117, 22 },      { "shmget", 395, 117, 23 },     { "shmctl", 396, 117, 24 },
};

int seccomp_syscall_number(uint32_t token, const char *name)
{
	int number = seccomp_syscall_resolve_name_arch(token, name);

	if (number >= 0)
		return number;
	if (token == SCMP_ARCH_X86)
		for (size_t i = 0; i < ARRAY_SIZE(bundled); i++)
			if (bundled[i].direct && strcmp(bundled[i].name, name) == 0)
				return bundled[i].direct;
	if (number != __NR_SCMP_ERROR)
		return -1;
	/* these two are of one architecture alone */
	if (strcmp(name, "uretprobe") == 0)
		return token == SCMP_ARCH_X86_64 ? 335 : -1;
	if (strcmp(name, "riscv_hwprobe") == 0)
		return token == SCMP_ARCH_RISCV64 ? 258 : -1;
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (strcmp(common[i].name, name) == 0)
			return common[i].number | (token == SCMP_ARCH_X32 ? 0x40000000 : 0);
	return -1;
}

bool seccomp_syscall_multiplexed(uint32_t token, const char *name, int *ret_number, uint32_t *ret_function)
{
	for (size_t i = 0; token == SCMP_ARCH_X86 && i < ARRAY_SIZE(bundled); i++)
		if (strcmp(bundled[i].name, name) == 0) {
			*ret_number = bundled[i].bundle;
			*ret_function = bundled[i].function;
			return true;
		}
	return false;
}
