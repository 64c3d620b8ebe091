/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/namespace.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/file.h"
#include "kernel/process.h"
#include "runtime/spec_fields.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ioctl.h>

static const uint64_t clone_flags[] = {
	[SPEC_NS_USER] = CLONE_NEWUSER, [SPEC_NS_CGROUP] = CLONE_NEWCGROUP, [SPEC_NS_IPC] = CLONE_NEWIPC,
	[SPEC_NS_UTS] = CLONE_NEWUTS,   [SPEC_NS_NETWORK] = CLONE_NEWNET,   [SPEC_NS_PID] = CLONE_NEWPID,
	[SPEC_NS_MOUNT] = CLONE_NEWNS,  [SPEC_NS_TIME] = CLONE_NEWTIME,
};
static_assert(ARRAY_SIZE(clone_flags) == SPEC_NS_COUNT, "a namespace type without a flag");

static int open_namespace(const char *path, const int *given, enum spec_namespace_type type)
{
	/* NONBLOCK: a path of the caller's may be anything, a FIFO too */
	autofd int fd = given && given[type] >= 0 ? fcntl(given[type], F_DUPFD_CLOEXEC, 3)
						  : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fail_errno("join the %s namespace %s", spec_namespace_names[type], path);
	if (ioctl(fd, NS_GET_NSTYPE) != (int)clone_flags[type])
		return fail(-EINVAL, "join the %s namespace %s: it is not one", spec_namespace_names[type], path);
	return take_fd(&fd);
}

int namespace_plan_make(const struct spec *spec, const int *given, struct namespace_plan *ret)
{
	const struct spec_namespace *all = spec->linux_.namespaces;
	bool joins = false;
	int r = 0;

	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		ret->join[i] = -1;
	ret->caller_mounts = -1;
	for (enum spec_namespace_type i = 0; i < SPEC_NS_COUNT && r >= 0; i++) {
		if (all[i].path) {
			ret->join[i] = r = open_namespace(all[i].path, given, i);
			joins = true;
		} else if ((all[i].set && i != SPEC_NS_CGROUP && i != SPEC_NS_TIME) || i == SPEC_NS_MOUNT) {
			ret->made |= clone_flags[i];
		}
	}
	if (r >= 0 && !all[SPEC_NS_MOUNT].set)
		ret->caller_mounts = r = open_namespace("/proc/self/ns/mnt", NULL, SPEC_NS_MOUNT);
	if (r < 0) {
		namespace_plan_release(ret);
		return r;
	}
	ret->new_cgroup = all[SPEC_NS_CGROUP].set && !all[SPEC_NS_CGROUP].path;
	ret->new_time = all[SPEC_NS_TIME].set && !all[SPEC_NS_TIME].path;
	/* whose user namespace is joined is not who may write the offsets any more */
	ret->time_in_init = ret->new_time && ret->join[SPEC_NS_USER] < 0;
	ret->stage = (ret->new_time && !ret->time_in_init) || ret->join[SPEC_NS_PID] >= 0 || ret->join[SPEC_NS_USER] >= 0 ||
		     ret->join[SPEC_NS_TIME] >= 0 || (joins && ret->made & CLONE_NEWUSER);
	return 0;
}

void namespace_plan_inside(struct namespace_plan *plan)
{
	plan->inside = plan->made & CLONE_NEWNET;
	plan->made &= ~(uint64_t)CLONE_NEWNET;
}

void namespace_plan_release(struct namespace_plan *plan)
{
	for (size_t i = 0; i < SPEC_NS_COUNT; i++) {
		cleanup_fd(&plan->join[i]);
		plan->join[i] = -1;
	}
	cleanup_fd(&plan->caller_mounts);
	plan->caller_mounts = -1;
}

static int join_one(const struct spec *spec, int fd, enum spec_namespace_type type)
{
	return sys_setns("joined, not made", fd, (int)clone_flags[type], spec->linux_.namespaces[type].path);
}

int namespace_join(const struct spec *spec, const struct namespace_plan *plan)
{
	bool later[SPEC_NS_COUNT] = { false };
	int r = 0;

	/* the mount namespace last: it changes what paths and the root mean */
	static const enum spec_namespace_type order[] = { SPEC_NS_CGROUP, SPEC_NS_IPC,  SPEC_NS_UTS,  SPEC_NS_NETWORK,
							  SPEC_NS_PID,    SPEC_NS_TIME, SPEC_NS_MOUNT };

	for (size_t i = 0; i < ARRAY_SIZE(order) && r == 0; i++) {
		if (plan->join[order[i]] < 0)
			continue;
		r = join_one(spec, plan->join[order[i]], order[i]);
		if (r == -EPERM && plan->join[SPEC_NS_USER] >= 0) {
			later[order[i]] = true;
			r = 0;
		}
	}
	if (r == 0 && plan->join[SPEC_NS_USER] >= 0)
		r = join_one(spec, plan->join[SPEC_NS_USER], SPEC_NS_USER);
	for (size_t i = 0; i < ARRAY_SIZE(order) && r == 0; i++)
		if (later[order[i]])
			r = join_one(spec, plan->join[order[i]], order[i]);
	return r;
}

int namespace_new_time(const struct spec *spec, int proc)
{
	const struct spec_linux *l = &spec->linux_;
	autobuf text = BUF_INIT;
	autofd int self = -1;
	int r = sys_unshare("clocks of its own, for the processes to come", CLONE_NEWTIME);

	if (r < 0 || (!l->monotonic.set && !l->boottime.set))
		return r;
	if (l->monotonic.set)
		buf_add_format(&text, "monotonic %" PRId64 " %u\n", l->monotonic.secs, l->monotonic.nanosecs);
	if (l->boottime.set)
		buf_add_format(&text, "boottime %" PRId64 " %u\n", l->boottime.secs, l->boottime.nanosecs);
	self = openat(proc, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (self < 0)
		return fail_errno("open /proc/self");
	return sys_write("linux.timeOffsets", self, "timens_offsets", "/proc/self/timens_offsets", text.data);
}

int namespace_types(const struct spec *spec)
{
	uint64_t types = 0;

	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		if (spec->linux_.namespaces[i].set)
			types |= clone_flags[i];
	return (int)types;
}

int namespace_enter_new_time(const struct spec *spec, int proc)
{
	autofd int fd = -1;
	int r = namespace_new_time(spec, proc);

	if (r < 0)
		return r;
	fd = openat(proc, "self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fail_errno("open /proc/self/ns/time_for_children")
		      : sys_setns("and for this one", fd, CLONE_NEWTIME, "/proc/self/ns/time_for_children");
}
