/* SPDX-License-Identifier: Apache-2.0 */
#include "container/namespaces.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

static bool is(const char *mode, const char *word)
{
	return mode && strcmp(mode, word) == 0;
}

const char *namespaces_container(const char *mode)
{
	return mode && strncmp(mode, "container:", 10) == 0 && mode[10] ? mode + 10 : NULL;
}

bool namespaces_ipc_is_private(const char *mode)
{
	return !mode || !*mode || is(mode, "private") || is(mode, "none");
}

static bool is_one_of(const char *mode, const char *const *words, bool container)
{
	if (!mode || !*mode || (container && namespaces_container(mode)))
		return true;
	for (; *words; words++)
		if (strcmp(mode, *words) == 0)
			return true;
	return false;
}

int namespaces_check(const struct run_options *o)
{
	const struct {
		const char *option, *what, *mode;
		bool container;
		const char *words[5];
	} rows[] = {
		{ "pid", "PID", o->pid, true, { "host", "private" } },
		{ "ipc", "IPC", o->ipc, true, { "host", "private", "shareable", "none" } },
		{ "uts", "UTS", o->uts, false, { "host", "private" } },
		{ "cgroupns", "CGROUP", o->cgroupns, false, { "host", "private" } },
		{ "userns", "USER", o->userns, false, { "host" } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!is_one_of(rows[i].mode, rows[i].words, rows[i].container))
			return fail(-EINVAL, "--%s: invalid %s mode: %s", rows[i].option, rows[i].what, rows[i].mode);
	if (is(o->uts, "host") && o->hostname && *o->hostname)
		return fail(-EINVAL, "conflicting options: hostname and the UTS mode");
	return 0;
}

static void fill_one(const char *mode, const char *container, struct spec_namespace *ret)
{
	ret->set = !is(mode, "host");
	if (container)
		ret->path = xasprintf("container:%s", container);
}

void namespaces_fill(const struct run_options *o, const struct shared_with *shared, bool host_network, struct spec_namespace *ret)
{
	fill_one(o->pid, shared->pid, &ret[SPEC_NS_PID]);
	fill_one(o->ipc, shared->ipc, &ret[SPEC_NS_IPC]);
	fill_one(o->uts, NULL, &ret[SPEC_NS_UTS]);
	fill_one(o->cgroupns, NULL, &ret[SPEC_NS_CGROUP]);
	ret[SPEC_NS_MOUNT].set = true;
	fill_one(host_network ? "host" : NULL, shared->network, &ret[SPEC_NS_NETWORK]);
}
