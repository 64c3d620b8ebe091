/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/capability.h"

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "kernel/capability.h"

#include <assert.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>

/* Kernel headers older than 5.9 lack the last three. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif
#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif

#define NAME(capability) [capability] = #capability
static const char *const names[] = {
	NAME(CAP_CHOWN),
	NAME(CAP_DAC_OVERRIDE),
	NAME(CAP_DAC_READ_SEARCH),
	NAME(CAP_FOWNER),
	NAME(CAP_FSETID),
	NAME(CAP_KILL),
	NAME(CAP_SETGID),
	NAME(CAP_SETUID),
	NAME(CAP_SETPCAP),
	NAME(CAP_LINUX_IMMUTABLE),
	NAME(CAP_NET_BIND_SERVICE),
	NAME(CAP_NET_BROADCAST),
	NAME(CAP_NET_ADMIN),
	NAME(CAP_NET_RAW),
	NAME(CAP_IPC_LOCK),
	NAME(CAP_IPC_OWNER),
	NAME(CAP_SYS_MODULE),
	NAME(CAP_SYS_RAWIO),
	NAME(CAP_SYS_CHROOT),
	NAME(CAP_SYS_PTRACE),
	NAME(CAP_SYS_PACCT),
	NAME(CAP_SYS_ADMIN),
	NAME(CAP_SYS_BOOT),
	NAME(CAP_SYS_NICE),
	NAME(CAP_SYS_RESOURCE),
	NAME(CAP_SYS_TIME),
	NAME(CAP_SYS_TTY_CONFIG),
	NAME(CAP_MKNOD),
	NAME(CAP_LEASE),
	NAME(CAP_AUDIT_WRITE),
	NAME(CAP_AUDIT_CONTROL),
	NAME(CAP_SETFCAP),
	NAME(CAP_MAC_OVERRIDE),
	NAME(CAP_MAC_ADMIN),
	NAME(CAP_SYSLOG),
	NAME(CAP_WAKE_ALARM),
	NAME(CAP_BLOCK_SUSPEND),
	NAME(CAP_AUDIT_READ),
	NAME(CAP_PERFMON),
	NAME(CAP_BPF),
	NAME(CAP_CHECKPOINT_RESTORE),
};
static_assert(ARRAY_SIZE(names) == CAPABILITY_COUNT, "a name for each capability");
static_assert(CAP_LAST_CAP < CAPABILITY_COUNT, "linux/capability.h knows one more: add its name");
static_assert(CAPABILITY_DOCKER_DEFAULT ==
		      (CAPABILITY_BIT(CAP_CHOWN) | CAPABILITY_BIT(CAP_DAC_OVERRIDE) | CAPABILITY_BIT(CAP_FSETID) |
		       CAPABILITY_BIT(CAP_FOWNER) | CAPABILITY_BIT(CAP_MKNOD) | CAPABILITY_BIT(CAP_NET_RAW) |
		       CAPABILITY_BIT(CAP_SETGID) | CAPABILITY_BIT(CAP_SETUID) | CAPABILITY_BIT(CAP_SETFCAP) |
		       CAPABILITY_BIT(CAP_SETPCAP) | CAPABILITY_BIT(CAP_NET_BIND_SERVICE) | CAPABILITY_BIT(CAP_SYS_CHROOT) |
		       CAPABILITY_BIT(CAP_KILL) | CAPABILITY_BIT(CAP_AUDIT_WRITE)),
	      "Docker's default capabilities");

int capability_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *capability_name(unsigned int capability)
{
	return capability < ARRAY_SIZE(names) ? names[capability] : NULL;
}

const char *capability_names(uint64_t mask, char text[CAPABILITY_TEXT_MAX])
{
	size_t len = 0;

	text[0] = '\0';
	for (unsigned int n = 0; n < CAPABILITY_COUNT; n++)
		if (mask & CAPABILITY_BIT(n) && len < CAPABILITY_TEXT_MAX)
			len += (size_t)snprintf(text + len, CAPABILITY_TEXT_MAX - len, "%s%s", len ? "," : "", names[n]);
	return text;
}

/* The options' values as one mask, and whether ALL is among them. */
static int parse_list(const struct strv *list, uint64_t *ret, bool *ret_all)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i];
		char with_prefix[64];
		int n;

		if (strcasecmp(name, "ALL") == 0) {
			*ret_all = true;
			continue;
		}
		snprintf(with_prefix, sizeof with_prefix, "CAP_%s", name);
		n = capability_from_name(strncasecmp(name, "CAP_", 4) == 0 ? name : with_prefix);
		if (n < 0)
			return fail(-EINVAL, "unknown capability: \"%s\"", name);
		mask |= CAPABILITY_BIT(n);
	}
	*ret = mask;
	return 0;
}

int capability_evaluate(uint64_t base, uint64_t all, const struct strv *add, const struct strv *drop, uint64_t *ret)
{
	uint64_t added = 0, dropped = 0;
	bool add_all = false, drop_all = false;
	int r = parse_list(add, &added, &add_all);

	if (r == 0)
		r = parse_list(drop, &dropped, &drop_all);
	if (r < 0)
		return r;
	if (add_all) /* first, as in Docker: ALL and ALL is all */
		*ret = all & ~dropped;
	else if (drop_all)
		*ret = added;
	else
		*ret = (base & ~dropped) | added;
	return 0;
}

uint64_t capability_supported(void)
{
	uint64_t mask = 0;

	for (unsigned int n = 0; n < 64 && prctl(PR_CAPBSET_READ, n, 0, 0, 0) >= 0; n++)
		mask |= CAPABILITY_BIT(n);
	return mask;
}

uint64_t capability_available(void)
{
	uint64_t effective, permitted, inheritable;

	capability_read(&effective, &permitted, &inheritable);
	for (unsigned int n = 0; n < 64; n++)
		if (permitted & CAPABILITY_BIT(n) && prctl(PR_CAPBSET_READ, n, 0, 0, 0) <= 0)
			permitted &= ~CAPABILITY_BIT(n);
	return permitted;
}

int capability_limit_bounding(uint64_t keep)
{
	char text[CAPABILITY_TEXT_MAX];
	uint64_t drop = 0;

	/* those that the kernel has and that are still there: dropping is per thread and a call each */
	for (unsigned int n = 0; n < 64; n++) {
		int has = prctl(PR_CAPBSET_READ, n, 0, 0, 0);

		if (has < 0)
			break;
		if (has && !(keep & CAPABILITY_BIT(n)))
			drop |= CAPABILITY_BIT(n);
	}
	return drop ? sys_bounding_drop("no program inside can gain more, setuid or not", drop, capability_names(keep, text)) : 0;
}

int capability_keep(bool keep)
{
	return sys_keepcaps(keep ? "the change of user must not take the capabilities" : NULL, keep);
}

int capability_apply(const struct spec_capabilities *capabilities)
{
	static const struct spec_capabilities none;
	const struct spec_capabilities *c = capabilities->set ? capabilities : &none;
	uint64_t effective, permitted, inheritable, ambient, left_out;
	char text[CAPABILITY_TEXT_MAX];
	int r;

	capability_read(&effective, &permitted, &inheritable);
	/* A root without all capabilities (in another container) cannot hand on what it lacks: fewer is the safe side. */
	left_out = (c->permitted | c->effective) & ~permitted;
	if (left_out)
		log_warning("capabilities that are not available here are left out: %s", capability_names(left_out, text));
	/* capset(2): from what is permitted until now, not only from what will be */
	inheritable = c->inheritable & (permitted | inheritable);
	permitted &= c->permitted;
	effective = c->effective & permitted;
	/* capabilities(7): an ambient one is always permitted and inheritable */
	ambient = c->ambient & permitted & inheritable;
	if (c->ambient & ~ambient)
		log_warning("can't raise ambient capability %s: it is not permitted and inheritable, too",
			    capability_names(c->ambient & ~ambient, text));
	r = sys_capset("only these", effective, permitted, inheritable, capability_names(permitted, text));
	return r < 0 ? r : sys_ambient(NULL, ambient, capability_names(ambient, text));
}
