/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's half of making a container: cgroup, clone, and what init asks for while it builds. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/process.h"
#include "kernel/step.h"
#include "runtime/creation.h"
#include "runtime/hooks.h"
#include "runtime/lsm.h"
#include "runtime/sources.h"
#include "runtime/sync.h"
#include "runtime/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void creation_release(struct creation *c)
{
	namespace_plan_release(&c->namespaces);
	seccomp_program_release(&c->seccomp);
	net_devices_release(&c->net_devices);
	intel_rdt_release(&c->rdt);
	cleanup_fd(&c->net_ns);
	cleanup_fd(&c->sync[0]);
	cleanup_fd(&c->sync[1]);
}

/* What this version cannot do says so before anything is done. */
static int refuse_unsupported(const struct spec *spec)
{
	if (spec->linux_.mount_label && *spec->linux_.mount_label && !lsm_has_selinux())
		return fail(-ENOTSUP, "linux.mountLabel: this kernel has no SELinux");
	if (!spec->linux_.namespaces[SPEC_NS_MOUNT].set && spec->linux_.namespaces[SPEC_NS_USER].set)
		return fail(-ENOTSUP, "linux.namespaces: a user namespace without a mount namespace is not supported");
	return 0;
}

/* config-linux.md, "Cgroup ownership": a cgroup namespace of its own, and the tree mounted there for writing. */
static bool may_write_cgroups(const struct spec *spec)
{
	const struct spec_namespace *ns = &spec->linux_.namespaces[SPEC_NS_CGROUP];

	for (size_t i = 0; ns->set && !ns->path && i < spec->mounts.count; i++) {
		const struct spec_mount *m = &spec->mounts.items[i];

		if (m->type && strcmp(m->type, "cgroup") == 0 && strcmp(m->destination, "/sys/fs/cgroup") == 0)
			return !strv_contains(&m->options, "ro");
	}
	return false;
}

/* Nobody listens: then init has said why it ended, and attend hears it. */
static int tell(struct creation *c, enum sync_kind kind)
{
	int r = sync_send(c->sync[0], kind, -1);

	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static void fill_cgroup_options(struct creation *c)
{
	const struct spec_linux *l = &c->create->spec->linux_;
	int64_t owner = userns_host_id(&l->uid_mappings, c->create->spec->process.user.uid);

	c->cgroup = (struct cgroup_options){
		.path = l->cgroups_path,
		.id = c->create->id,
		.systemd = c->create->systemd_cgroup,
		.user = process_is_rootless(),
		.rootless = c->create->rootless < 0 ? c->init.rootless : c->create->rootless,
		.delegate = owner > 0 && geteuid() == 0 && !l->namespaces[SPEC_NS_USER].path && may_write_cgroups(c->create->spec),
		.owner = (uid_t)owner,
		.annotations = &c->create->spec->annotations,
		.planned = c->create->cgroup_planned,
		.data = c->create->data,
	};
}

/*
 * On a second CPU, init can make its network namespace (0.5 ms) and its rootfs while its cgroup is made here (nine directories
 * in v1, a device program in v2). Not when init has to be in it first, to enter a user namespace, nor when its steps are shown.
 */
static bool may_be_side_by_side(const struct creation *c)
{
	return !c->create->no_cgroup && !c->init.user_ns && !c->init.wait_at_once && !c->namespaces.stage && !c->cgroup.rootless &&
	       !step_heard();
}

static int make_cgroup(struct creation *c)
{
	const struct spec_resources *resources = &c->create->spec->linux_.resources;
	const struct spec_namespace *pids = &c->create->spec->linux_.namespaces[SPEC_NS_PID];
	int r;

	if (c->create->no_cgroup)
		return cgroup_limits_needed(resources)
			       ? fail(-EINVAL, "linux.resources: limits need a cgroup, and none is to be made")
			       : 0;
	r = c->init.cgroup_later ? cgroup_begin(&c->cgroup, resources, &c->made.cgroup)
				 : cgroup_create(&c->cgroup, resources, &c->made.cgroup);
	if (r == 0 && !c->made.cgroup && (!pids->set || pids->path))
		log_warning("the container has no cgroup and no pid namespace of its own. Such configuration is strongly "
			    "discouraged: nobody can tell which processes are its own, and end them all");
	return r;
}

static int complete_cgroup(struct creation *c)
{
	int r;

	if (!c->init.cgroup_later)
		return 0;
	r = cgroup_complete(c->made.cgroup, &c->cgroup, &c->create->spec->linux_.resources);
	return r < 0 ? r : tell(c, SYNC_CGROUP);
}

static int make_rdt(struct creation *c)
{
	const struct spec_intel_rdt *spec = &c->create->spec->linux_.intel_rdt;
	const char *root;
	int r = spec->set ? intel_rdt_root(&root) : 0;

	if (r < 0 || !spec->set)
		return r;
	intel_rdt_plan(spec, root, c->create->id, &c->rdt);
	return intel_rdt_make(spec, &c->rdt);
}

static int write_maps(struct creation *c)
{
	const struct spec_linux *l = &c->create->spec->linux_;
	autofd int root = -1, proc = -1;
	char path[32];

	if (!l->uid_mappings.count && !l->gid_mappings.count)
		return 0;
	root = init_open_proc();
	snprintf(path, sizeof path, "%d", c->made.pid);
	proc = root < 0 ? root : openat(root, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return fail_errno("open /proc/%s", path);
	return userns_write_maps(proc, c->made.pid, &l->uid_mappings, &l->gid_mappings, true);
}

static int move_net_devices(struct creation *c)
{
	const struct spec_net_devices *devices = &c->create->spec->linux_.net_devices;
	int joined = c->namespaces.join[SPEC_NS_NETWORK];
	char path[64];

	if (!devices->count)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/ns/net", c->made.pid);
	c->net_ns = joined >= 0 ? fcntl(joined, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
	return c->net_ns < 0 ? fail_errno("open %s", path) : net_devices_move(devices, c->net_ns, &c->net_devices);
}

/* What init cannot do for itself in its namespaces. */
static int set_up_from_outside(struct creation *c)
{
	int r;

	if (!c->init.wait_at_once)
		return 0;
	r = write_maps(c);
	if (r == 0)
		r = move_net_devices(c);
	if (r == 0 && c->init.user_ns)
		r = sources_send(c->create, c->made.pidfd, c->sync[0]);
	return r < 0 ? r : tell(c, SYNC_GO);
}

static char *state_text(const struct creation *c, const char *status)
{
	const struct runtime_create *create = c->create;

	return hooks_state(create->spec, create->id, status, c->made.pid, create->bundle_path ? create->bundle_path : "/");
}

/* In the bundle, as runc's. */
static int run_hooks(struct creation *c)
{
	autofree char *state = state_text(c, "creating");
	const char *cwd = c->create->bundle_path;
	int r = hooks_run(c->create->spec, SPEC_HOOK_PRESTART, state, cwd);

	if (r == 0)
		r = hooks_run(c->create->spec, SPEC_HOOK_CREATE_RUNTIME, state, cwd);
	return r < 0 ? r : tell(c, SYNC_GO);
}

static int send_listener(struct creation *c, int listener)
{
	autofree char *state = state_text(c, "creating");

	return seccomp_send_listener(&c->create->spec->linux_.seccomp, c->create->spec->oci_version, c->made.pid, state, listener);
}

/* Serves init until it is ready. */
static int attend(struct creation *c)
{
	size_t idmaps = 0;

	for (;;) {
		autofd int fd = -1;
		int r = sync_receive(c->sync[0], &fd);

		switch (r) {
		case SYNC_READY:
			return 0;
		case SYNC_HOOKS:
			r = run_hooks(c);
			break;
		case SYNC_LISTENER:
			r = send_listener(c, fd);
			break;
		case SYNC_IDMAP:
			r = sources_idmap(&(struct sources_idmap){ c->create, c->made.pidfd, c->sync[0], fd, idmaps++ });
			break;
		case SYNC_CONSOLE:
			c->made.console = take_fd(&fd);
			r = 0;
			break;
		case 0:
			return sync_silence(c->made.pid, c->made.pidfd);
		default:
			if (r > 0)
				r = fail(-EPROTO, "message %d of init came out of turn", r);
		}
		if (r < 0)
			return r;
	}
}

/* Ends what was begun. */
static void undo(struct creation *c)
{
	/* as long as the namespace is there: a virtual interface would end with it */
	net_devices_return(&c->net_devices);
	if (c->made.pid > 0) {
		(void)kill(c->made.pid, SIGKILL);
		(void)waitpid(c->made.pid, NULL, 0);
	}
	(void)runtime_delete(&c->made);
	intel_rdt_undo(&c->rdt);
}

static int create_steps(struct creation *c)
{
	int r = sync_open(c->sync);

	if (r == 0)
		r = make_cgroup(c);
	if (r == 0)
		r = make_rdt(c);
	if (r < 0)
		return r;
	c->init.rdt = &c->rdt;
	c->init.sync = c->sync[1];
	c->init.cgroup = c->made.cgroup;
	r = init_clone(c);
	if (r < 0)
		return r;
	/* only init holds its end now: its death is an end of file here */
	close(take_fd(&c->sync[1]));
	r = set_up_from_outside(c);
	if (r == 0)
		r = complete_cgroup(c);
	if (r == 0 && c->create->meanwhile)
		r = c->create->meanwhile(c->create->data);
	if (r == 0)
		r = attend(c);
	if (r == 0 && c->made.cgroup)
		cgroup_settled(c->made.cgroup);
	return r;
}

int runtime_create(const struct runtime_create *create, struct runtime_container *ret)
{
	autocall(creation_release) struct creation c = {
		.create = create, .sync = { -1, -1 }, .net_devices = NET_DEVICES_NONE, .net_ns = -1, .made = RUNTIME_CONTAINER_NONE
	};
	struct error_record failure;
	int r;

	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		c.namespaces.join[i] = -1;
	c.namespaces.caller_mounts = -1;
	r = refuse_unsupported(create->spec);
	if (r == 0)
		r = namespace_plan_make(create->spec, create->given ? create->given->namespaces : NULL, &c.namespaces);
	if (r == 0)
		r = seccomp_program_load(&create->spec->linux_.seccomp, create->seccomp_cache, &c.seccomp);
	if (r < 0)
		return r;
	c.init = (struct init){
		.create = create,
		.spec = create->spec,
		.seccomp = &c.seccomp,
		.namespaces = &c.namespaces,
		.user_ns = create->spec->linux_.namespaces[SPEC_NS_USER].set,
		.rootless = create->spec->linux_.namespaces[SPEC_NS_USER].set || process_is_rootless(),
		.wait_at_once = create->spec->linux_.namespaces[SPEC_NS_USER].set || create->spec->linux_.net_devices.count,
	};
	fill_cgroup_options(&c);
	c.init.cgroup_later = may_be_side_by_side(&c);
	if (c.init.cgroup_later)
		namespace_plan_inside(&c.namespaces);
	r = create_steps(&c);
	if (r < 0) {
		error_pack(r, &failure);
		undo(&c);
		return error_unpack(&failure);
	}
	c.made.sync = take_fd(&c.sync[0]);
	*ret = c.made;
	return 0;
}

int runtime_delete(struct runtime_container *c)
{
	int r = 0;

	if (c->cgroup) {
		/* whoever joined the cgroup from outside the pid namespace outlives init */
		r = cgroup_kill(c->cgroup);
		if (r == 0)
			r = cgroup_remove(c->cgroup);
		cgroup_free(&c->cgroup);
	}
	cleanup_fd(&c->pidfd);
	cleanup_fd(&c->console);
	cleanup_fd(&c->sync);
	*c = RUNTIME_CONTAINER_NONE;
	return r;
}
