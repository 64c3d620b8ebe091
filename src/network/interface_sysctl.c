/* SPDX-License-Identifier: Apache-2.0 */
#include "network/interface_sysctl.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/strv.h"
#include "network/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define ENGINE_FAILED 125
#define WORDS         "abcdefghijklmnopqrstuvwxyz0123456789_"

/* The path below /proc/sys/net, and the value; NULL for what is none. */
static char *parse(const char *setting, const char *interface, const char **ret_value)
{
	static const char *const families[] = { "net.ipv4.", "net.ipv6.", "net.mpls." };
	static const char *const kinds[] = { "conf.IFNAME.", "neigh.IFNAME." };

	for (size_t i = 0; i < ARRAY_SIZE(families) * ARRAY_SIZE(kinds); i++) {
		const char *family = families[i / 2], *kind = kinds[i % 2], *name = setting + strlen(family);
		size_t len;

		if (strncmp(setting, family, strlen(family)) != 0 || strncmp(name, kind, strlen(kind)) != 0)
			continue;
		name += strlen(kind);
		len = strspn(name, WORDS);
		if (len == 0 || name[len] != '=' || !name[len + 1] || strpbrk(name, "\r\n"))
			return NULL;
		*ret_value = name + len + 1;
		return xasprintf("%.4s/%s/%s/%.*s", family + strlen("net."), *kind == 'c' ? "conf" : "neigh", interface, (int)len,
				 name);
	}
	return NULL;
}

int interface_sysctl_check(const char *settings)
{
	autostrv all = { 0 };

	strv_split(&all, settings, ',');
	for (size_t i = 0; i < all.count; i++) {
		const char *value;
		autofree char *path = parse(all.items[i], "IFNAME", &value);

		if (!path)
			return fail_hint(fail(-EINVAL, "\"%s\" is no parameter of an interface", all.items[i]),
					 "it looks like net.ipv4.conf.IFNAME.log_martians=1, with that word IFNAME");
	}
	return 0;
}

static int set_all(const char *where, const char *interface, const char *settings)
{
	autostrv all = { 0 };
	int r = 0;

	strv_split(&all, settings, ',');
	for (size_t i = 0; r == 0 && i < all.count; i++) {
		const char *value;
		autofree char *path = parse(all.items[i], interface, &value);

		if (path)
			r = sysctl_set("com.docker.network.endpoint.sysctls", where, path, value, false);
	}
	return r;
}

int interface_sysctl_apply(const struct interface_place *p, const char *interface, const char *settings)
{
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int r;

	if (own < 0)
		return fail_errno("open /proc/self/ns/net");
	if (setns(p->netns, CLONE_NEWNET) < 0)
		return fail_errno("enter the network namespace of the container");
	r = set_all(p->where, interface, settings);
	/* nobody must go on in a stranger's namespace */
	if (setns(own, CLONE_NEWNET) < 0)
		_exit(ENGINE_FAILED);
	return r;
}
