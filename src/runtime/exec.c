/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/exec.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "kernel/mount.h"
#include "kernel/process.h"
#include "runtime/cgroup.h"
#include "runtime/console.h"
#include "runtime/hooks.h"
#include "runtime/init.h"
#include "runtime/intel_rdt.h"
#include "runtime/limits.h"
#include "runtime/namespace.h"
#include "runtime/pidfd.h"
#include "runtime/program.h"
#include "runtime/seccomp.h"
#include "runtime/sync.h"
#include "runtime/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct joining {
	const struct runtime_exec *exec;
	struct spec spec; /* the container's, with the process to run: borrowed, not released */
	struct runtime_create create;
	struct seccomp_program seccomp;
	struct cgroup *cgroup;
	bool beside_init;
	bool user_ns_later;
	struct init init;
	int sync[2];
	int proc;
};

static void joining_release(struct joining *j)
{
	seccomp_program_release(&j->seccomp);
	cgroup_free(&j->cgroup);
	cleanup_fd(&j->sync[0]);
	cleanup_fd(&j->sync[1]);
	cleanup_fd(&j->proc);
}

/* config.md, execCPUAffinity.final: without it the container's own processors. */
static int run_where(const char *cpus)
{
	if (cpus && *cpus)
		return limits_affinity(0, cpus);
	limits_affinity_reset();
	return 0;
}

static int join_user_namespace(struct joining *j)
{
	const struct spec_linux *l = &j->spec.linux_;
	int r = sys_setns("the user namespace of the container's init", j->exec->init_pidfd, CLONE_NEWUSER,
			  j->exec->id ? j->exec->id : "init");

	return r < 0 ? r : userns_become_builder(&l->uid_mappings, &l->gid_mappings);
}

/* In the container already: the last part of init, and the same code. */
static _Noreturn void run_inside(struct joining *j)
{
	struct init *in = &j->init;
	autofd int slave = -1;
	int r = 0;

	if (j->user_ns_later)
		r = join_user_namespace(j);
	in->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->root < 0 && r == 0)
		r = fail_errno("open the container's root");
	if (setsid() < 0 && r == 0)
		r = fail_errno("start a new session");
	if (r == 0)
		r = init_arrange_fds(in->create);
	if (r == 0 && in->spec->process.terminal) {
		r = console_open(in, &slave);
		if (r == 0)
			r = console_take(slave);
	}
	if (r == 0)
		r = run_where(in->spec->process.affinity_final);
	if (r == 0)
		r = program_prepare(in);
	if (r == 0)
		r = program_confine(in);
	if (r == 0)
		r = program_execute(in);
	sync_fail(in->sync, r);
	_exit(1);
}

/* Where the container's init is, unless that was taken away meanwhile. */
static int enter_rdt(const struct runtime_exec *exec)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	const struct spec_intel_rdt *spec = &exec->spec->linux_.intel_rdt;
	const char *root;
	int r = spec->set ? intel_rdt_root(&root) : 0;

	if (r < 0 || !spec->set)
		return r;
	intel_rdt_plan(spec, root, exec->id ? exec->id : "", &rdt);
	r = intel_rdt_enter(&rdt);
	return r == -ENOENT ? 0 : r;
}

/* Without a mount namespace of the container's no other brings its root. */
static int enter_root(const struct joining *j)
{
	autofree char *path = xasprintf("%d/root", j->exec->init);
	autofd int root = openat(j->proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return fail_errno("open /proc/%s", path);
	return sys_enter_tree("the root of the container's init", root, -1, path);
}

/*
 * The stage: undumpable before it is seen in the container (its memory and its binary are the host's), then the cgroup,
 * then all namespaces of init at once (setns with a pidfd, Linux 5.8), then the process itself, which the pid namespace
 * wants to be born in it.
 *
 * The user namespace comes after the birth: its root may not put a process into a cgroup of the host's. Who is not root here
 * has rights over the other namespaces only in the user namespace, and his cgroup is his own: he joins all at once.
 */
static _Noreturn void run_stage(struct joining *j)
{
	/* born in the v2 cgroup: entering it by its file would wait for an RCU grace period, see cgroup.h */
	struct sys_clone how = { .flags = CLONE_PARENT, .cgroup = j->cgroup ? cgroup_clone_fd(j->cgroup) : -1, .shown = "" };
	int pidfd = -1, r = sys_undumpable("it holds the host's files");
	int types = namespace_types(j->exec->spec);
	pid_t pid;

	j->user_ns_later = types & CLONE_NEWUSER && geteuid() == 0;
	if (j->user_ns_later)
		types &= ~CLONE_NEWUSER;

	if (r == 0)
		r = limits_affinity(0, j->spec.process.affinity_initial);
	if (r == 0 && j->cgroup)
		r = cgroup_enter_self(j->cgroup, how.cgroup >= 0);
	if (r == 0)
		r = enter_rdt(j->exec);
	if (r == 0 && types)
		r = sys_setns("every namespace of the container's init", j->exec->init_pidfd, types,
			      j->exec->id ? j->exec->id : "init");
	if (r == 0 && !(types & CLONE_NEWNS))
		r = enter_root(j);
	if (r == 0 && types & CLONE_NEWUSER)
		r = userns_become_builder(&j->spec.linux_.uid_mappings, &j->spec.linux_.gid_mappings);
	if (r == 0) {
		pid = sys_clone("a process of the pid namespace", &how, &pidfd);
		if (pid == 0)
			run_inside(j);
		if (pid == -EBUSY && how.cgroup >= 0)
			pid = fail_code(pid, "error adding pid %d to cgroups", getpid());
		r = pid < 0 ? pid : sync_send(j->sync[1], SYNC_CLONED, pidfd);
	}
	if (r < 0)
		sync_fail(j->sync[1], r);
	_exit(r < 0);
}

static int find_cgroup(struct joining *j)
{
	if (!j->exec->cgroup_path)
		return 0;
	if (j->beside_init)
		return cgroup_open_beside(j->exec->cgroup_path, j->exec->init, &j->cgroup);
	if (j->exec->sub_cgroups && j->exec->sub_cgroups->count)
		return cgroup_open_below(j->exec->cgroup_path, j->exec->sub_cgroups, &j->cgroup);
	return cgroup_open(j->exec->cgroup_path, &j->cgroup);
}

static int prepare(struct joining *j)
{
	int r = seccomp_program_load(&j->spec.linux_.seccomp, j->exec->seccomp_cache, &j->seccomp);

	if (r == 0)
		r = find_cgroup(j);
	if (r == -ENOENT && !j->cgroup && !(j->exec->sub_cgroups && j->exec->sub_cgroups->count))
		r = fail(-ESRCH, "join the container: its cgroup is gone");
	if (r == 0)
		r = sync_open(j->sync);
	if (r < 0)
		return r;
	j->proc = init_open_proc();
	if (j->proc < 0)
		return j->proc;
	j->create = RUNTIME_CREATE_NONE;
	j->create.id = j->exec->id;
	j->create.spec = &j->spec;
	j->create.console_socket = j->exec->console_socket;
	j->create.console_bare = j->exec->console_bare;
	j->create.preserve_fds = j->exec->preserve_fds;
	j->create.die_with_parent = j->exec->die_with_parent;
	for (size_t i = 0; i < 3; i++)
		j->create.stdio[i] = j->exec->stdio[i];
	j->init = (struct init){
		.create = &j->create,
		.spec = &j->spec,
		.seccomp = &j->seccomp,
		.sync = j->sync[1],
		.rootless = j->spec.linux_.namespaces[SPEC_NS_USER].set || process_is_rootless(),
		.proc = j->proc,
		.root = -1,
		.old_root = -1,
		.bundle = -1,
	};
	return 0;
}

/* Messages until the program runs: its end of the socket is closed by exec. */
static int attend(struct joining *j, struct runtime_container *made)
{
	for (;;) {
		autofd int fd = -1;
		int r = sync_receive(j->sync[0], &fd);

		switch (r) {
		case 0:
			return made->pid > 0 ? 0 : fail(-EPIPE, "the process that joins the container died without a word");
		case SYNC_CLONED:
			made->pidfd = take_fd(&fd);
			made->pid = pidfd_pid(made->pidfd);
			r = made->pid < 0 ? made->pid : 0;
			break;
		case SYNC_CONSOLE:
			made->console = take_fd(&fd);
			r = 0;
			break;
		case SYNC_LISTENER: {
			autofree char *state = hooks_state(&j->spec, j->exec->id ? j->exec->id : "", "running", j->exec->init, "/");

			r = seccomp_send_listener(&j->spec.linux_.seccomp, j->spec.oci_version, made->pid, state, fd);
			break;
		}
		default:
			if (r > 0)
				r = fail(-EPROTO, "message %d came out of turn", r);
		}
		if (r < 0)
			return r;
	}
}

static int join(const struct runtime_exec *exec, bool beside_init, struct runtime_container *ret)
{
	autocall(joining_release) struct joining j = {
		.exec = exec, .spec = *exec->spec, .beside_init = beside_init, .sync = { -1, -1 }, .proc = -1
	};
	struct sys_clone how = { .cgroup = -1, .shown = "" };
	struct runtime_container made = RUNTIME_CONTAINER_NONE;
	struct error_record failure;
	autofd int stage_pidfd = -1;
	pid_t stage;
	int r;

	j.spec.process = *exec->process;
	r = prepare(&j);
	if (r < 0)
		return r;
	stage = sys_clone("to join the container", &how, &stage_pidfd);
	if (stage < 0)
		return stage;
	if (stage == 0)
		run_stage(&j);
	close(take_fd(&j.sync[1]));
	r = attend(&j, &made);
	(void)waitpid(stage, NULL, 0);
	if (r < 0) {
		error_pack(r, &failure);
		if (made.pid > 0) {
			(void)kill(made.pid, SIGKILL);
			(void)waitpid(made.pid, NULL, 0);
		}
		(void)runtime_delete(&made);
		return error_unpack(&failure);
	}
	*ret = made;
	return 0;
}

int runtime_exec(const struct runtime_exec *exec, struct runtime_container *ret)
{
	int r = join(exec, false, ret);

	/* cgroup v2: a group that hands controllers on to groups below it takes no process itself, so init moved before */
	if (r == -EBUSY && exec->cgroup_path && !(exec->sub_cgroups && exec->sub_cgroups->count))
		r = join(exec, true, ret);
	return r;
}
