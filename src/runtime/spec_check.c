/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot work, said before anything is done. Each function checks one chapter and names the property. What only the
 * kernel can know (a limit it refuses, a path that is missing) is left to the step that tries it.
 */
#include "base/error.h"
#include "base/memory.h"
#include "runtime/spec.h"
#include "runtime/spec_fields.h"
#include "runtime/sysctl.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

static bool one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static bool is_new(const struct spec *spec, enum spec_namespace_type type)
{
	return spec->linux_.namespaces[type].set && !spec->linux_.namespaces[type].path;
}

static int check_version(const char *version)
{
	/* semantic versioning: every 1.x is a subset of what we know or says what to ignore */
	if (strncmp(version, "1.", 2) != 0)
		return fail(-EINVAL, "ociVersion: %s is not supported: 1.x is", version);
	return 0;
}

/* ---- process ---- */

static int check_rlimits(const struct spec_rlimits *rlimits)
{
	for (size_t i = 0; i < rlimits->count; i++) {
		const struct spec_rlimit *limit = &rlimits->items[i];

		if (limit->soft > limit->hard)
			return fail(-EINVAL, "process.rlimits[%zu]: %s: soft is above hard", i, limit->type);
		/* config.md: "If rlimits contains duplicated entries with same type, the runtime MUST generate an error" */
		for (size_t k = 0; k < i; k++)
			if (strcmp(limit->type, rlimits->items[k].type) == 0)
				return fail(-EINVAL, "process.rlimits[%zu]: there are two of type %s", i, limit->type);
	}
	return 0;
}

static int check_scheduling(const struct spec_process *p)
{
	static const char *const policies[] = { "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",       "SCHED_BATCH",
						"SCHED_ISO",   "SCHED_IDLE", "SCHED_DEADLINE", NULL };
	static const char *const classes[] = { "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE", NULL };
	const struct spec_scheduler *s = &p->scheduler;

	if (s->set && !one_of(s->policy, policies))
		return fail(-EINVAL, "process.scheduler.policy: there is no policy '%s'", s->policy);
	if (s->set && (s->nice < -20 || s->nice > 19))
		return fail(-EINVAL, "process.scheduler.nice: %d is not from -20 to 19", s->nice);
	if (s->set && s->priority && strcmp(s->policy, "SCHED_FIFO") != 0 && strcmp(s->policy, "SCHED_RR") != 0)
		return fail(-EINVAL, "process.scheduler.priority: only SCHED_FIFO and SCHED_RR have one");
	if (s->set && (s->runtime || s->deadline || s->period) && strcmp(s->policy, "SCHED_DEADLINE") != 0)
		return fail(-EINVAL, "process.scheduler: runtime, deadline and period belong to SCHED_DEADLINE");
	if (p->io_priority.set && !one_of(p->io_priority.class, classes))
		return fail(-EINVAL, "process.ioPriority.class: there is no class '%s'", p->io_priority.class);
	if (p->io_priority.set && (p->io_priority.priority < 0 || p->io_priority.priority > 7))
		return fail(-EINVAL, "process.ioPriority.priority: %d is not from 0 to 7", p->io_priority.priority);
	return 0;
}

static int check_process(const struct spec_process *p)
{
	int r;

	if (!p->set)
		return 0;
	if (p->cwd[0] != '/')
		return fail(-EINVAL, "process.cwd: '%s' is not an absolute path", p->cwd);
	if (p->args.count == 0 || !*p->args.items[0])
		return fail(-EINVAL, "process.args: there is no command");
	if (p->user.umask.set && p->user.umask.value > 0777)
		return fail(-EINVAL, "process.user.umask: it is above 0777");
	if (p->oom_score_adj.set && (p->oom_score_adj.value < -1000 || p->oom_score_adj.value > 1000))
		return fail(-EINVAL, "process.oomScoreAdj: %lld is not from -1000 to 1000", (long long)p->oom_score_adj.value);
	r = check_rlimits(&p->rlimits);
	return r < 0 ? r : check_scheduling(p);
}

/* ---- namespaces and what needs one ---- */

static int check_namespaces(const struct spec *spec)
{
	const struct spec_linux *l = &spec->linux_;
	bool mapped = l->uid_mappings.count || l->gid_mappings.count;

	if (mapped && !l->namespaces[SPEC_NS_USER].set)
		return fail(-EINVAL, "linux.uidMappings: they need a user namespace");
	if (is_new(spec, SPEC_NS_USER) && (!l->uid_mappings.count || !l->gid_mappings.count))
		return fail(-EINVAL, "linux.uidMappings: a new user namespace needs uidMappings and gidMappings");
	if (mapped && l->namespaces[SPEC_NS_USER].path)
		return fail(-EINVAL, "linux.uidMappings: a user namespace that is joined has its mappings already");
	if ((l->monotonic.set || l->boottime.set) && !is_new(spec, SPEC_NS_TIME))
		return fail(-EINVAL, "linux.timeOffsets: they need a new time namespace");
	if (l->monotonic.nanosecs > 999999999 || l->boottime.nanosecs > 999999999)
		return fail(-EINVAL, "linux.timeOffsets: nanosecs is above 999999999");
	if (spec->hostname && *spec->hostname && !l->namespaces[SPEC_NS_UTS].set)
		return fail(-EINVAL, "hostname: setting it needs a uts namespace");
	if (spec->domainname && *spec->domainname && !l->namespaces[SPEC_NS_UTS].set)
		return fail(-EINVAL, "domainname: setting it needs a uts namespace");
	if ((l->masked_paths.count || l->readonly_paths.count) && !l->namespaces[SPEC_NS_MOUNT].set)
		return fail(-EINVAL, "linux.maskedPaths: they need a mount namespace");
	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		if (l->namespaces[i].path && l->namespaces[i].path[0] != '/')
			return fail(-EINVAL, "linux.namespaces: the path of %s is not absolute", spec_namespace_names[i]);
	return 0;
}

/* The kernel's rule (dev_valid_name); IFNAMSIZ counts the NUL. A new name may be a template: "eth%d" becomes the first free. */
static bool is_interface_name(const char *name, bool template)
{
	const char *percent = template ? strchr(name, '%') : NULL;

	if (!*name || strlen(name) > 15 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (percent && (strcmp(percent, "%d") != 0 || percent == name))
		return false;
	for (const char *p = name; *p; p++)
		if (*p == '/' || *p == ':' || isspace((unsigned char)*p))
			return false;
	return true;
}

static int check_net_devices(const struct spec *spec)
{
	const struct spec_net_devices *devices = &spec->linux_.net_devices;

	if (devices->count && !spec->linux_.namespaces[SPEC_NS_NETWORK].set)
		return fail(-EINVAL, "linux.netDevices: they need a network namespace");
	for (size_t i = 0; i < devices->count; i++) {
		const char *names[] = { devices->items[i].host_name, devices->items[i].name };

		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			if (names[k] && (*names[k] || k == 0) && !is_interface_name(names[k], k == 1))
				return fail(-EINVAL, "linux.netDevices: '%s' is no name of an interface", names[k]);
	}
	return 0;
}

/* ---- file systems ---- */

static int check_root(const struct spec *spec)
{
	static const char *const propagations[] = { "",       "private", "rprivate",   "slave",       "rslave",
						    "shared", "rshared", "unbindable", "runbindable", NULL };
	const char *propagation = spec->linux_.rootfs_propagation;

	if (!spec->root.path || !*spec->root.path)
		return fail(-EINVAL, "root.path: it is missing");
	if (propagation && !one_of(propagation, propagations))
		return fail(-EINVAL, "linux.rootfsPropagation: there is no propagation '%s'", propagation);
	if ((spec->root.uid_mappings.count != 0) != (spec->root.gid_mappings.count != 0))
		return fail(-EINVAL, "root.uidMappings: uidMappings and gidMappings go together");
	return 0;
}

static int check_mounts(const struct spec_mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		const struct spec_mount *m = &mounts->items[i];

		if (!*m->destination)
			return fail(-EINVAL, "mounts[%zu].destination: it is empty", i);
		if ((m->uid_mappings.count != 0) != (m->gid_mappings.count != 0))
			return fail(-EINVAL, "mounts[%zu].uidMappings: uidMappings and gidMappings go together", i);
	}
	return 0;
}

static int check_paths(const struct strv *paths, const char *name)
{
	for (size_t i = 0; i < paths->count; i++)
		if (paths->items[i][0] != '/')
			return fail(-EINVAL, "linux.%s[%zu]: '%s' is not an absolute path", name, i, paths->items[i]);
	return 0;
}

static int check_devices(const struct spec_devices *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		const struct spec_device *d = &devices->items[i];

		if (d->path[0] != '/')
			return fail(-EINVAL, "linux.devices[%zu].path: '%s' is not an absolute path", i, d->path);
		if (!strchr("cbup", d->type))
			return fail(-EINVAL, "linux.devices[%zu].type: '%c' is none of c, b, u, p", i, d->type);
		if (d->type != 'p' && (d->major < 0 || d->major > 0xfff || d->minor < 0 || d->minor > 0xfffff))
			return fail(-EINVAL, "linux.devices[%zu]: %lld:%lld is no device number", i, (long long)d->major,
				    (long long)d->minor);
		if (d->file_mode.set && d->file_mode.value > 0177777)
			return fail(-EINVAL, "linux.devices[%zu].fileMode: it is no mode", i);
		if ((d->uid.set && d->uid.value > UINT32_MAX) || (d->gid.set && d->gid.value > UINT32_MAX))
			return fail(-EINVAL, "linux.devices[%zu]: uid or gid is above 32 bits", i);
	}
	return 0;
}

/* ---- linux.resources ---- */

static int check_resources(const struct spec_resources *r)
{
	const struct spec_memory *m = &r->memory;

	if (m->limit.set && m->limit.value < -1)
		return fail(-EINVAL, "linux.resources.memory.limit: %lld is negative", (long long)m->limit.value);
	if (m->swap.set && m->swap.value < -1)
		return fail(-EINVAL, "linux.resources.memory.swap: %lld is negative", (long long)m->swap.value);
	if (m->limit.set && m->swap.set && m->swap.value > 0 && m->limit.value > 0 && m->swap.value < m->limit.value)
		return fail(-EINVAL,
			    "linux.resources.memory.swap: it counts memory and swap together and is below the limit of memory");
	if (m->swappiness.set && m->swappiness.value > 100)
		return fail(-EINVAL, "linux.resources.memory.swappiness: %llu is above 100",
			    (unsigned long long)m->swappiness.value);
	for (size_t i = 0; i < r->devices.count; i++)
		if (r->devices.items[i].type && !strchr("acb", r->devices.items[i].type))
			return fail(-EINVAL, "linux.resources.devices[%zu].type: '%c' is none of a, c, b", i,
				    r->devices.items[i].type);
	for (size_t i = 0; i < r->unified.count; i++) {
		const char *file = r->unified.items[i].key;

		if (!*file || strchr(file, '/') || !strchr(file, '.'))
			return fail(-EINVAL, "linux.resources.unified.%s: it is no file of a cgroup", file);
	}
	for (size_t i = 0; i < r->hugepages.count; i++)
		if (strspn(r->hugepages.items[i].page_size, "0123456789KMGB") != strlen(r->hugepages.items[i].page_size))
			return fail(-EINVAL, "linux.resources.hugepageLimits[%zu].pageSize: '%s' is no page size", i,
				    r->hugepages.items[i].page_size);
	for (size_t i = 0; i < r->block_io.weight_devices.count; i++)
		if (!r->block_io.weight_devices.items[i].weight.set && !r->block_io.weight_devices.items[i].leaf_weight.set)
			return fail(-EINVAL, "linux.resources.blockIO.weightDevice[%zu]: it has neither weight nor leafWeight", i);
	for (size_t i = 0; i < r->rdma.count; i++)
		if (!r->rdma.items[i].hca_handles.set && !r->rdma.items[i].hca_objects.set)
			return fail(-EINVAL, "linux.resources.rdma.%s: it has neither hcaHandles nor hcaObjects",
				    r->rdma.items[i].device);
	if (r->network.class_id.set && r->network.class_id.value > UINT32_MAX)
		return fail(-EINVAL, "linux.resources.network.classID: it is above 32 bits");
	return 0;
}

static int check_cgroups_path(const char *path)
{
	size_t len;

	for (const char *p = path; p && *p; p += len + (p[len] == '/')) {
		len = strcspn(p, "/");
		if (len == 2 && strncmp(p, "..", 2) == 0)
			return fail(-EINVAL, "linux.cgroupsPath: '%s' leads upwards", path);
	}
	return 0;
}

/* ---- the rest ---- */

static int check_hooks(const struct spec *spec)
{
	for (size_t kind = 0; kind < SPEC_HOOK_COUNT; kind++)
		for (size_t i = 0; i < spec->hooks[kind].count; i++) {
			const struct spec_hook *hook = &spec->hooks[kind].items[i];

			if (hook->path[0] != '/')
				return fail(-EINVAL, "hooks: '%s' is not an absolute path", hook->path);
			if (hook->timeout.set && hook->timeout.value <= 0)
				return fail(-EINVAL, "hooks: the timeout of %s is not above 0", hook->path);
		}
	return 0;
}

static int check_policies(const struct spec_linux *l)
{
	static const char *const modes[] = { "MPOL_DEFAULT",   "MPOL_BIND",           "MPOL_INTERLEAVE", "MPOL_WEIGHTED_INTERLEAVE",
					     "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL",      NULL };
	static const char *const domains[] = { "LINUX", "LINUX32", NULL };

	if (l->memory_policy.set && !one_of(l->memory_policy.mode, modes))
		return fail(-EINVAL, "linux.memoryPolicy.mode: there is no mode '%s'", l->memory_policy.mode);
	if (l->personality && !one_of(l->personality, domains))
		return fail(-EINVAL, "linux.personality.domain: there is no domain '%s'", l->personality);
	if (l->personality_flags.count)
		return fail(-EINVAL, "linux.personality.flags: none is supported");
	return 0;
}

static bool is_one_line(const char *text)
{
	return !text || !strchr(text, '\n');
}

static int check_intel_rdt(const struct spec_intel_rdt *rdt)
{
	/* "/" is the default class; everything else becomes the name of a directory */
	if (rdt->clos_id && strcmp(rdt->clos_id, "/") != 0 &&
	    (strchr(rdt->clos_id, '/') ||
	     one_of(rdt->clos_id, (const char *const[]){ ".", "..", "", "info", "mon_groups", "mon_data", NULL })))
		return fail(-EINVAL, "linux.intelRdt.closID: '%s' is no name of a class of service", rdt->clos_id);
	if (!is_one_line(rdt->l3_cache_schema))
		return fail(-EINVAL, "linux.intelRdt.l3CacheSchema: it has more than one line");
	if (!is_one_line(rdt->mem_bw_schema) ||
	    (rdt->mem_bw_schema && *rdt->mem_bw_schema && strncmp(rdt->mem_bw_schema, "MB:", 3) != 0))
		return fail(-EINVAL, "linux.intelRdt.memBwSchema: '%s' is not one line that begins with MB:", rdt->mem_bw_schema);
	for (size_t i = 0; i < rdt->schemata.count; i++)
		if (!is_one_line(rdt->schemata.items[i]))
			return fail(-EINVAL, "linux.intelRdt.schemata[%zu]: it has more than one line", i);
	return 0;
}

int spec_check_seccomp(const struct spec_seccomp *seccomp)
{
	if (seccomp->listener_metadata && *seccomp->listener_metadata && !(seccomp->listener_path && *seccomp->listener_path))
		return fail(-EINVAL, "linux.seccomp.listenerMetadata: it needs listenerPath");
	for (size_t i = 0; i < seccomp->rules.count; i++) {
		const struct spec_seccomp_rule *rule = &seccomp->rules.items[i];

		if (!rule->names.count)
			return fail(-EINVAL, "linux.seccomp.syscalls[%zu].names: there is none", i);
		/* a runtime may have to write before the agent has the listener: as runc */
		for (size_t k = 0; rule->action && strcmp(rule->action, "SCMP_ACT_NOTIFY") == 0 && k < rule->names.count; k++)
			if (strcmp(rule->names.items[k], "write") == 0)
				return fail(-EINVAL,
					    "linux.seccomp.syscalls[%zu]: SCMP_ACT_NOTIFY cannot be used for the write syscall", i);
	}
	return 0;
}

int spec_check(const struct spec *spec)
{
	const struct spec_linux *l = &spec->linux_;
	int r = check_version(spec->oci_version ? spec->oci_version : "");

	if (r == 0)
		r = check_root(spec);
	if (r == 0)
		r = check_mounts(&spec->mounts);
	if (r == 0)
		r = check_process(&spec->process);
	if (r == 0)
		r = check_namespaces(spec);
	if (r == 0)
		r = sysctl_check(spec);
	if (r == 0)
		r = check_net_devices(spec);
	if (r == 0)
		r = check_paths(&l->masked_paths, "maskedPaths");
	if (r == 0)
		r = check_paths(&l->readonly_paths, "readonlyPaths");
	if (r == 0)
		r = check_devices(&l->devices);
	if (r == 0)
		r = check_resources(&l->resources);
	if (r == 0)
		r = check_cgroups_path(l->cgroups_path);
	if (r == 0)
		r = spec_check_seccomp(&l->seccomp);
	if (r == 0)
		r = check_hooks(spec);
	if (r == 0)
		r = check_policies(l);
	return r < 0 ? r : check_intel_rdt(&l->intel_rdt);
}
