/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/init.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "kernel/mount.h"
#include "kernel/netns.h"
#include "kernel/process.h"
#include "kernel/step.h"
#include "runtime/cgroup.h"
#include "runtime/console.h"
#include "runtime/device.h"
#include "runtime/hooks.h"
#include "runtime/intel_rdt.h"
#include "runtime/limits.h"
#include "runtime/masked.h"
#include "runtime/mount.h"
#include "runtime/program.h"
#include "runtime/rootfs.h"
#include "runtime/seccomp.h"
#include "runtime/sources.h"
#include "runtime/sync.h"
#include "runtime/sysctl.h"
#include "runtime/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

int init_open_proc(void)
{
	autofd int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return fail_errno("open /proc");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return fail(-EINVAL, "open /proc: it is not a procfs");
	return take_fd(&fd);
}

int init_arrange_fds(const struct runtime_create *c)
{
	unsigned int first = 3 + c->preserve_fds;

	for (int i = 0; i < 3; i++)
		if (c->stdio[i] >= 0 && dup2(c->stdio[i], i) < 0)
			return fail_errno("descriptor %d", i);
	for (int fd = 3; fd < (int)first; fd++)
		(void)fd_set_cloexec(fd, false);
	return fd_cloexec_from(first) < 0 ? fail_errno("close descriptors at exec") : 0;
}

/* ---- the steps of init, in the order of init_steps below ---- */

/* What is allocated from here on is the container's, and its namespace shows where we are now. */
static int enter(struct init *in)
{
	int r = in->cgroup && !in->cgroup_entered ? cgroup_enter_self(in->cgroup, in->cloned_into) : 0;

	if (r == 0)
		r = intel_rdt_enter(in->rdt);
	limits_affinity_reset(); /* the cgroup says where it may run */
	return r;
}

static int enter_cgroup(struct init *in)
{
	return in->cgroup_later ? 0 : enter(in);
}

static int enter_cgroup_later(struct init *in)
{
	int r;

	if (!in->cgroup_later)
		return 0;
	r = sync_expect(in->sync, SYNC_CGROUP);
	return r < 0 ? r : enter(in);
}

/* The parent writes the mappings of a user namespace and moves interfaces. */
static int wait_for_parent(struct init *in)
{
	if (!in->wait_at_once)
		return 0;
	return in->user_ns ? sources_receive(in) : sync_expect(in->sync, SYNC_GO);
}

/* As who may write the offsets: another user's files in /proc are not his who was mapped to him. */
static int new_clocks(struct init *in)
{
	autofd int proc = in->namespaces->time_in_init ? init_open_proc() : -1;

	if (!in->namespaces->time_in_init)
		return 0;
	return proc < 0 ? proc : namespace_enter_new_time(in->spec, proc);
}

/* The mappings are written: somebody who exists in the new user namespace is who may build a container in it. */
static int become_root(struct init *in)
{
	const struct spec_linux *l = &in->spec->linux_;

	return in->user_ns ? userns_become_builder(&l->uid_mappings, &l->gid_mappings) : 0;
}

static int open_proc(struct init *in)
{
	char self[16] = "";

	in->proc = init_open_proc();
	if (in->proc < 0)
		return in->proc;
	/* for the hooks' state, whose reader is outside, as this procfs is */
	in->outer_pid = readlinkat(in->proc, "self", self, sizeof self - 1) > 0 ? atoi(self) : 0;
	return 0;
}

/* Until exec nobody in the container's pid namespace may look into this process (CVE-2016-9962, CVE-2019-5736). */
static int hide(struct init *in)
{
	(void)in;
	return sys_undumpable("init still has the host's files open");
}

static int join_namespaces(struct init *in)
{
	return in->namespaces->stage ? 0 : namespace_join(in->spec, in->namespaces);
}

static int new_namespaces(struct init *in)
{
	return in->namespaces->inside ? sys_unshare("namespaces of its own", (int)in->namespaces->inside) : 0;
}

static int new_cgroup_namespace(struct init *in)
{
	return in->namespaces->new_cgroup ? sys_unshare("its cgroup looks like the root of the tree", CLONE_NEWCGROUP) : 0;
}

static int new_session(struct init *in)
{
	(void)in;
	/* no terminal of the caller's stays ours: nothing can be typed into it (CVE-2017-5226) */
	if (setsid() < 0 && errno != EPERM)
		return fail_errno("start a new session");
	return 0;
}

static int new_keyring(struct init *in)
{
	autofree char *name = NULL;

	if (in->create->no_new_keyring)
		return 0;
	name = xasprintf("_ses.%s", in->create->id);
	return sys_join_keyring("keys of the caller stay with the caller", name);
}

static int set_names(struct init *in)
{
	int r = 0;

	if (in->spec->hostname && *in->spec->hostname)
		r = sys_sethostname("hostname", in->spec->hostname);
	if (r == 0 && in->spec->domainname && *in->spec->domainname)
		r = sys_setdomainname("domainname", in->spec->domainname);
	return r;
}

static int raise_loopback(struct init *in)
{
	const struct spec_namespace *network = &in->spec->linux_.namespaces[SPEC_NS_NETWORK];

	return network->set && !network->path ? sys_loopback_up("127.0.0.1 works") : 0;
}

static int mount_all(struct init *in)
{
	struct mount_plan plan = { 0 };
	int r;

	mount_plan_make(in->spec, &plan);
	r = mount_apply(in, &plan);
	if (r == 0 && plan.own_dev)
		r = device_create_all(in);
	mount_plan_release(&plan);
	return r;
}

/* runc's: without an env of their own they have the process's, never the caller's (@env). */
static int run_own_hooks(struct init *in, enum spec_hook_kind kind, const char *status, const struct strv *env)
{
	const char *bundle = in->create->bundle_path ? in->create->bundle_path : "/";
	autofree char *state = NULL;

	if (!in->spec->hooks[kind].count)
		return 0;
	state = hooks_state(in->spec, in->create->id, status, in->outer_pid, bundle);
	environ = (char **)strv_array(env);
	return hooks_run(in->spec, kind, state, NULL);
}

/* The caller's hooks outside, then ours inside: namespaces and mounts exist, the root is not entered. */
static int run_hooks(struct init *in)
{
	const struct spec_hook_list *hooks = in->spec->hooks;
	int r = 0;

	if (hooks[SPEC_HOOK_PRESTART].count || hooks[SPEC_HOOK_CREATE_RUNTIME].count) {
		r = sync_send(in->sync, SYNC_HOOKS, -1);
		if (r == 0)
			r = sync_expect(in->sync, SYNC_GO);
	}
	/* runc's place for them: what they put into the container they name from its root */
	if (r == 0 && hooks[SPEC_HOOK_CREATE_CONTAINER].count && fchdir(in->root) < 0)
		r = fail_errno("change to the container's root");
	return r < 0 ? r : run_own_hooks(in, SPEC_HOOK_CREATE_CONTAINER, "creating", &in->spec->process.env);
}

/* Before the root is read-only. What stands in the way is said when the process is to go there. */
static int make_working_directory(struct init *in)
{
	int made = in->spec->process.set ? beneath_make_dirs(in->root, in->spec->process.cwd, 0755) : -1;

	cleanup_fd(&made);
	return 0;
}

static int take_terminal(struct init *in)
{
	autofd int slave = -1;
	int r;

	if (!in->spec->process.terminal)
		return 0;
	r = console_create(in, &slave);
	return r < 0 ? r : console_take(slave);
}

static bool has_label(const struct spec_process *p)
{
	return (p->selinux_label && *p->selinux_label) || (p->apparmor_profile && *p->apparmor_profile);
}

static int wait_for_start(struct init *in)
{
	int listener = in->create->start_socket, r;

	/* the caller starts us now, or it has written us down; when it died before that, nobody would ever find us */
	r = sync_expect(in->sync, SYNC_GO);
	if (r < 0 || listener < 0)
		return r;
	/* this may take days: nothing of the host's stays open meanwhile */
	r = program_close_descriptors(in, !has_label(&in->spec->process));
	if (r < 0)
		return r;
	/* `create` ends now and `start` will connect: from here on it is who hears our errors */
	for (;;) {
		autofd int starter = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (starter < 0 && errno == EINTR)
			continue;
		if (starter < 0)
			return fail_errno("wait to be started");
		cleanup_fd(&in->sync);
		in->sync = take_fd(&starter);
		r = sync_expect(in->sync, SYNC_GO);
		if (r == 0)
			return 0;
		/* a starter that went away without a word: the next one */
	}
}

/* runtime.md, Start: an error when process was not set. */
static int require_process(struct init *in)
{
	return in->spec->process.set ? 0 : fail(-EINVAL, "process: it is missing");
}

static int start_hooks(struct init *in)
{
	return run_own_hooks(in, SPEC_HOOK_START_CONTAINER, "created", &in->env);
}

static int arrange_fds(struct init *in)
{
	return init_arrange_fds(in->create);
}

static void end_by(int signal)
{
	_exit(128 + signal);
}

/* The first process of a pid namespace gets no signal that it does not handle: `kill` of a created container ends it. */
static void end_by_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaddset(&set, signals[i]);
		(void)signal(signals[i], end_by);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int report_ready(struct init *in)
{
	if (in->create->start_socket >= 0)
		end_by_signals();
	return sync_send(in->sync, SYNC_READY, -1);
}

static int confine_early(struct init *in)
{
	return seccomp_program_notifies(in->seccomp) && !in->create->script_only ? program_confine(in) : 0;
}

static int confine_late(struct init *in)
{
	return seccomp_program_notifies(in->seccomp) || in->create->script_only ? 0 : program_confine(in);
}

/* One a line, in their order. */
/* clang-format off */
static int (*const init_steps[])(struct init *in) = {
	enter_cgroup, /* as who we were born: root of a user namespace may not */
	wait_for_parent,
	new_clocks,
	become_root,
	hide, /* after the mappings: the proc files of an undumpable process belong to the host's root */
	open_proc,
	join_namespaces,
	new_namespaces,
	new_session,
	new_keyring,
	set_names,
	raise_loopback,
	rootfs_mount,
	enter_cgroup_later,
	new_cgroup_namespace,
	mount_all,
	arrange_fds, /* before the terminal, which takes their place */
	take_terminal,
	run_hooks,
	masked_apply,
	readonly_apply,
	sysctl_apply,
	make_working_directory,
	mount_seal,
	rootfs_enter,
	program_prepare,
	confine_early,
	report_ready,
	wait_for_start,
	require_process,
	confine_late,
	start_hooks,
	program_execute,
};
/* clang-format on */

_Noreturn void init_run(struct init *in)
{
	int r = 0;

	step_set_side(STEP_CONTAINER);
	umask(0); /* modes are the spec's, not the caller's; the process gets its own in program_prepare */
	in->proc = in->root = in->old_root = in->bundle = -1;
	for (size_t i = 0; i < ARRAY_SIZE(init_steps) && r == 0; i++)
		r = init_steps[i](in);
	if (r < 0)
		sync_fail(in->sync, r);
	_exit(r < 0 ? 1 : 0);
}
