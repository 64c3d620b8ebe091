/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sandbox.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/sandbox_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_BIT(cap) (UINT64_C(1) << (cap))
#define UNPACK_CAPABILITIES                                                                                                \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) | CAP_BIT(CAP_MKNOD) | \
	 CAP_BIT(CAP_SETFCAP))

static const uint64_t work_capabilities[] = {
	[SANDBOX_UNPACK] = UNPACK_CAPABILITIES,
	[SANDBOX_COPY] = UNPACK_CAPABILITIES | CAP_BIT(CAP_DAC_READ_SEARCH),
	[SANDBOX_PACK] = CAP_BIT(CAP_DAC_READ_SEARCH),
};

/* Sanitizers map terabytes and trace themselves. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static int capabilities_get(uint64_t *ret_permitted)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return fail_errno("read capabilities");
	*ret_permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return 0;
}

/* Permitted and effective become @set; nothing is inheritable or ambient. */
static int capabilities_set(uint64_t set)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)set, .permitted = (uint32_t)set },
		{ .effective = (uint32_t)(set >> 32), .permitted = (uint32_t)(set >> 32) },
	};

	/* no ambient set before Linux 4.3 */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
		return fail_errno("clear ambient capabilities");
	if (syscall(SYS_capset, &head, data) < 0)
		return fail_errno("drop capabilities");
	return 0;
}

/* Lowers soft and hard limit; a limit that is lower already stays. */
static int lower_limit(int resource, rlim_t value, const char *name)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return fail_errno("read the limit %s", name);
	if (limit.rlim_max < value)
		value = limit.rlim_max;
	limit = (struct rlimit){ .rlim_cur = value, .rlim_max = value };
	return setrlimit(resource, &limit) < 0 ? fail_errno("set the limit %s", name) : 0;
}

static int no_new_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail_errno("set no_new_privs");
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? fail_errno("become undumpable") : 0;
}

int sandbox_unpacker(int root, enum sandbox_work work)
{
	uint64_t permitted = 0;
	int r = capabilities_get(&permitted);

	if (r < 0)
		return r;
	(void)umask(0);
	if (fchdir(root) < 0)
		return fail_errno("enter the target directory");
	if ((permitted & CAP_BIT(CAP_SYS_CHROOT)) && chroot(".") < 0)
		return fail_errno("make the target directory the root directory");
	r = capabilities_set(permitted & work_capabilities[work]);
	if (r == 0)
		r = lower_limit(RLIMIT_CORE, 0, "core");
	if (r == 0)
		r = lower_limit(RLIMIT_NOFILE, 256, "nofile");
	/* the largest zstd window is 128 MiB; names and maps are limited one by one */
	if (r == 0 && !SANITIZED)
		r = lower_limit(RLIMIT_AS, (rlim_t)1 << 30, "as");
	return r < 0 ? r : no_new_privileges();
}

int sandbox_unpacker_seal(void)
{
	return SANITIZED ? 0 : sandbox_filter_unpacker();
}

/* Linux 5.13's first version of the interface; the later fields are asked for where the kernel is new enough. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* version 4 */
	uint64_t scoped;             /* version 6 */
};

#define ACCESS_READ      (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define SCOPE_EVERYTHING 3 /* abstract unix sockets and signals */

/* What each version of Landlock can forbid: refer (2), truncate (3), ioctl on devices (5). */
static uint64_t access_known(long version)
{
	uint64_t access = (1 << 13) - 1;

	if (version >= 2)
		access |= 1 << 13;
	if (version >= 3)
		access |= 1 << 14;
	if (version >= 5)
		access |= 1 << 15;
	return access;
}

static int allow_reading_at(int ruleset, int fd, const char *name)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = ACCESS_READ, .parent_fd = fd };
	struct stat st;

	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return fail_errno("allow reading %s", name);
	return 0;
}

static int allow_reading(int ruleset, const char *path)
{
	autofd int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? 0 : allow_reading_at(ruleset, fd, path);
}

/* Landlock: from here on nothing can be read but what is below these paths and the directory @dir (or -1), nothing written. */
static int only_reading(const char *const *paths, const char *const *more, int dir)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset_attr attr = { .handled_access_fs = access_known(version), .scoped = SCOPE_EVERYTHING };
	size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
	autofd int ruleset = -1;
	int r = 0;

	/* not in this kernel, or switched off at boot */
	if (version < 0)
		return 0;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (ruleset < 0)
		return fail_errno("make a Landlock ruleset");
	for (; r == 0 && *paths; paths++)
		r = allow_reading(ruleset, *paths);
	for (; r == 0 && more && *more; more++)
		r = allow_reading(ruleset, *more);
	if (r == 0 && dir >= 0)
		r = allow_reading_at(ruleset, dir, "the directory of names");
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		r = fail_errno("enter the Landlock ruleset");
	return r;
}

static int become_nobody(void)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(SANDBOX_NOBODY, SANDBOX_NOBODY, SANDBOX_NOBODY) < 0 ||
	    setresuid(SANDBOX_NOBODY, SANDBOX_NOBODY, SANDBOX_NOBODY) < 0)
		return fail_errno("become user %d", SANDBOX_NOBODY);
	return 0;
}

static int give_up_privileges(void)
{
	int r = capabilities_set(0);

	if (r == 0)
		r = lower_limit(RLIMIT_CORE, 0, "core");
	return r < 0 ? r : no_new_privileges();
}

int sandbox_transfer(const char *const *read_paths)
{
	/* certificates, name lookup and its plug-ins */
	static const char *const paths[] = {
		"/etc",
		"/usr/lib",
		"/usr/lib32",
		"/usr/lib64",
		"/usr/share",
		"/usr/local",
		"/lib",
		"/lib64",
		"/run/systemd/resolve",
		"/run/resolvconf",
		"/run/NetworkManager",
		"/var/lib/ca-certificates",
		"/dev/urandom",
		"/dev/null",
		NULL,
	};
	int r = become_nobody();

	(void)umask(077);
	/* a changed uid clears the parent death signal (prctl(2)) */
	if (r == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		r = fail_errno("set the parent death signal");
	if (r == 0)
		r = give_up_privileges();
	if (r == 0)
		r = only_reading(paths, read_paths, -1);
	return r < 0 || SANITIZED ? r : sandbox_filter_transfer();
}

int sandbox_name_server(int names)
{
	/* resolv.conf, which is replaced by a new file when it changes; the others are where it may be a link to */
	static const char *const paths[] = { "/etc", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", NULL };
	int r = become_nobody();

	(void)umask(077);
	if (r == 0)
		r = give_up_privileges();
	if (r == 0)
		r = only_reading(paths, NULL, names);
	return r < 0 || SANITIZED ? r : sandbox_filter_name_server();
}

int sandbox_relay(bool sctp)
{
	static const char *const none[] = { NULL };
	int r = become_nobody();

	/* a changed uid clears the parent death signal (prctl(2)) */
	if (r == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		r = fail_errno("set the parent death signal");
	if (r == 0)
		r = give_up_privileges();
	if (r == 0)
		r = only_reading(none, NULL, -1);
	return r < 0 || SANITIZED ? r : sandbox_filter_relay(sctp);
}

static void (*violation_tell)(int syscall_number);

static void on_violation(int signal_number, siginfo_t *info, void *context)
{
	(void)signal_number;
	(void)context;
	violation_tell(info->si_syscall);
}

int sandbox_on_violation(void (*tell)(int syscall_number))
{
	struct sigaction action = { .sa_sigaction = on_violation, .sa_flags = SA_SIGINFO | SA_RESETHAND };

	violation_tell = tell;
	return sigaction(SIGSYS, &action, NULL) < 0 ? fail_errno("handle SIGSYS") : 0;
}
