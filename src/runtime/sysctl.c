/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/sysctl.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/file.h"
#include "runtime/init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What each namespace has of its own; a trailing dot means everything below. */
static const struct {
	const char *name;
	enum spec_namespace_type type;
} namespaced[] = {
	{ "net.", SPEC_NS_NETWORK },          { "fs.mqueue.", SPEC_NS_IPC },
	{ "kernel.msgmax", SPEC_NS_IPC },     { "kernel.msgmnb", SPEC_NS_IPC },
	{ "kernel.msgmni", SPEC_NS_IPC },     { "kernel.sem", SPEC_NS_IPC },
	{ "kernel.shmall", SPEC_NS_IPC },     { "kernel.shmmax", SPEC_NS_IPC },
	{ "kernel.shmmni", SPEC_NS_IPC },     { "kernel.shm_rmid_forced", SPEC_NS_IPC },
	{ "kernel.domainname", SPEC_NS_UTS }, { "user.", SPEC_NS_USER },
};

/* "net.ipv4.ip_forward" as a path; where the name has slashes, dots are part of its words, as in sysctl(8). */
static char *path_of(const char *key)
{
	char *path = xasprintf("sys/%s", key);
	const char *dot = strchr(key, '.'), *slash = strchr(key, '/');

	if (slash && (!dot || slash < dot))
		return path;
	for (char *c = path + strlen("sys/"); *c; c++)
		*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
	return path;
}

static int check_one(const struct spec *spec, const char *key)
{
	autofree char *path = path_of(key);

	if (strstr(path, "/../") || strstr(path, "//"))
		return fail(-EINVAL, "linux.sysctl: %s is not the name of a parameter", key);
	for (size_t i = 0; i < ARRAY_SIZE(namespaced); i++) {
		autofree char *known = path_of(namespaced[i].name);
		size_t n = strlen(known);

		if (known[n - 1] == '/' ? strncmp(path, known, n) != 0 : strcmp(path, known) != 0)
			continue;
		if (!spec->linux_.namespaces[namespaced[i].type].set)
			return fail(-EINVAL, "linux.sysctl: %s would change the host: the container shares that namespace", key);
		return 0;
	}
	return fail(-EINVAL, "linux.sysctl: %s is not a parameter of a namespace: it would change the host", key);
}

int sysctl_check(const struct spec *spec)
{
	for (size_t i = 0; i < spec->sysctl.count; i++) {
		int r = check_one(spec, spec->sysctl.items[i].key);

		if (r < 0)
			return r;
	}
	return 0;
}

int sysctl_apply(struct init *in)
{
	for (size_t i = 0; i < in->spec->sysctl.count; i++) {
		const struct spec_pair *pair = &in->spec->sysctl.items[i];
		autofree char *path = path_of(pair->key), *shown = xasprintf("/proc/%s", path);
		char *slash = strrchr(path, '/');
		struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
					.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS };
		autofd int dir = -1;
		int r;

		*slash = '\0';
		dir = (int)syscall(SYS_openat2, in->proc, path, &how, sizeof how);
		if (dir < 0)
			return fail_errno("linux.sysctl: %s", pair->key);
		r = sys_write("linux.sysctl", dir, slash + 1, shown, pair->value);
		if (r < 0)
			return r;
	}
	return 0;
}
