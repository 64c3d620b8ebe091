/* SPDX-License-Identifier: Apache-2.0 */
/* Init's birth: in new namespaces, and by a stage where there are some to join. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "kernel/process.h"
#include "runtime/creation.h"
#include "runtime/pidfd.h"
#include "runtime/sync.h"
#include "runtime/userns.h"

#include <errno.h>
#include <linux/sched.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t clone_init(struct creation *c, uint64_t flags, int *ret_pidfd)
{
	struct sys_clone how = {
		.namespaces = c->namespaces.made,
		.flags = flags,
		.cgroup = c->init.cgroup_entered || !c->made.cgroup ? -1 : cgroup_clone_fd(c->made.cgroup),
	};
	pid_t pid;

	c->init.cloned_into = how.cgroup >= 0;
	pid = sys_clone("the container's first process, in namespaces of its own", &how, ret_pidfd);
	/* the parent's end is the parent's alone: when it dies, init, which waits for it, sees the end of the file */
	if (pid == 0)
		close(take_fd(&c->sync[0]));
	return pid;
}

/*
 * The stage: joins what only a parent can join, clones init as its sibling, hands its pidfd over, and is gone. The cgroup
 * comes first: in a user namespace that is joined nobody may enter it, and init is born where its stage is.
 */
static _Noreturn void run_stage(struct creation *c, bool cloned_into)
{
	autofd int proc = init_open_proc();
	int pidfd = -1, r = proc < 0 ? proc : 0;
	pid_t pid = 0;

	if (r == 0 && c->made.cgroup)
		r = cgroup_enter_self(c->made.cgroup, cloned_into);
	c->init.cgroup_entered = true;
	if (r == 0)
		r = namespace_join(c->create->spec, &c->namespaces);
	if (r == 0 && c->namespaces.join[SPEC_NS_USER] >= 0)
		r = userns_become_builder(&(struct spec_id_mappings){ 0 }, &(struct spec_id_mappings){ 0 });
	if (r == 0 && c->namespaces.new_time && !c->namespaces.time_in_init)
		r = namespace_new_time(c->create->spec, proc);
	if (r == 0) {
		pid = clone_init(c, CLONE_PARENT, &pidfd);
		if (pid == 0)
			init_run(&c->init);
		r = pid < 0 ? pid : sync_send(c->sync[1], SYNC_CLONED, pidfd);
	}
	if (r < 0)
		sync_fail(c->sync[1], r);
	_exit(r < 0);
}

static int clone_by_stage(struct creation *c)
{
	struct sys_clone how = { .cgroup = c->made.cgroup ? cgroup_clone_fd(c->made.cgroup) : -1, .shown = "" };
	autofd int stage_pidfd = -1;
	int r, pidfd = -1;
	pid_t stage = sys_clone("to join namespaces on init's behalf", &how, &stage_pidfd);

	if (stage < 0)
		return stage;
	if (stage == 0)
		run_stage(c, how.cgroup >= 0);
	r = sync_receive(c->sync[0], &pidfd);
	if (r == 0)
		r = sync_silence(stage, stage_pidfd);
	else if (r > 0 && r != SYNC_CLONED)
		r = fail(-EPROTO, "message %d of the stage came out of turn", r);
	(void)waitpid(stage, NULL, 0);
	if (r < 0)
		return r;
	c->made.pidfd = pidfd;
	c->made.pid = pidfd_pid(pidfd);
	return c->made.pid < 0 ? c->made.pid : 0;
}

int init_clone(struct creation *c)
{
	pid_t pid;

	if (c->namespaces.stage)
		return clone_by_stage(c);
	pid = clone_init(c, 0, &c->made.pidfd);
	if (pid == 0)
		init_run(&c->init);
	if (pid < 0)
		return pid;
	c->made.pid = pid;
	return 0;
}
