/* SPDX-License-Identifier: Apache-2.0 */
#include "container/life.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/process.h"
#include "container/join.h"
#include "container/life_hooks.h"
#include "container/log_journal.h"
#include "container/mark.h"
#include "container/record.h"
#include "container/undo.h"
#include "container/volume_device.h"
#include "container/volume_mount.h"
#include "container/volume_share.h"
#include "kernel/step.h"
#include "runtime/cgroup.h"
#include "runtime/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A pipe for one stream of the container: its end in *@ret_inside, ours in the stream. */
static int make_pipe(struct life *l, int which, int to, int *ret_inside)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("create a pipe");
	l->streams[which].from = fds[0];
	l->streams[which].to = to;
	*ret_inside = fds[1];
	return 0;
}

/* The command's pipe, or one that stays open for who will be attached, or nothing to read. */
static int make_input(struct life *l, int *ret)
{
	struct order *m = l->m;
	int fds[2];

	if (m->input >= 0) {
		l->input = take_fd(&m->input_end);
		*ret = take_fd(&m->input);
		return 0;
	}
	if (!m->container->plan.open_stdin) {
		*ret = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return *ret < 0 ? fail_errno("open /dev/null") : 0;
	}
	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("create a pipe");
	*ret = fds[0];
	l->input = fds[1];
	return 0;
}

static int make_streams(struct life *l, int ret_stdio[3])
{
	struct order *m = l->m;
	int r = make_input(l, &ret_stdio[0]);

	if (r == 0)
		r = make_pipe(l, OUTPUT, take_fd(&m->output), &ret_stdio[1]);
	return r == 0 ? make_pipe(l, ERROR, take_fd(&m->error), &ret_stdio[2]) : r;
}

/* Streams, then the container up to the point before its command executes. */
static int create(struct life *l, struct volume_shares *shares)
{
	struct order *m = l->m;
	struct container *c = m->container;
	autofree char *cache = xasprintf("%s/seccomp", c->home->store->root);
	struct runtime_create create = RUNTIME_CREATE_NONE;
	autocall(join_release) struct join join = { 0 };
	int r = join_open(c->home, &c->spec, &join);

	if (r == 0)
		r = volume_devices_open(c, &join); /* before the locks: a server may let it wait */
	if (r == 0)
		r = volume_shares_open(c->home, c->dir, c->id, &join, shares);
	if (r < 0)
		return r;
	if (l->state.started)
		volume_shares_keep_owners(&c->spec, &join);
	create.given = join_given(&join);
	create.bundle_path = c->path; /* hooks look for config.json there */
	create.id = c->id;
	create.spec = &c->spec;
	create.seccomp_cache = cache;
	create.die_with_parent = true;
	if (!c->plan.tty)
		r = make_streams(l, create.stdio);
	if (r == 0)
		r = c->runtime ? other_runtime_create(&l->other, &create, &l->runtime) : runtime_create(&create, &l->runtime);
	for (int i = 0; i < 3; i++)
		cleanup_fd(&create.stdio[i]);
	if (r == 0 && c->plan.tty) {
		l->streams[OUTPUT].from = take_fd(&l->runtime.console);
		l->streams[OUTPUT].to = take_fd(&m->output);
	}
	return r;
}

static struct networks_container describe(const struct container *c)
{
	return (struct networks_container){
		.home = c->home, .id = c->id, .name = c->name, .hostname = c->hostname, .dir = c->dir, .lock = c->lock, .netns = -1
	};
}

/* The namespaces are there, the command is not: it finds its networks when it begins. */
static int join_networks(struct life *l)
{
	struct container *c = l->m->container;
	struct networks_container joining = describe(c);
	autofd int netns = -1;

	if (c->networks.mode != NETWORKS_OWN)
		return 0;
	netns = pidfd_namespace(l->runtime.pidfd, SPEC_NS_NETWORK);
	if (netns < 0)
		return netns;
	joining.netns = netns;
	return networks_join(&joining, &c->networks, &l->networks);
}

int life_start(struct life *l)
{
	struct container *c = l->m->container;
	const struct opt_i64 *limit = &c->spec.linux_.resources.memory.limit;
	autocall(volume_shares_release) struct volume_shares shares = { 0 };
	int r = c->plan.log == LOG_DRIVER_JOURNALD ? log_journal_check() : 0;

	if (r == 0)
		r = create(l, &shares);
	if (r == 0)
		r = join_networks(l);
	if (r == 0)
		volume_mounts_event(c->home, c->dir, c->id, "mount");
	if (r == 0)
		r = c->runtime ? other_runtime_start(&l->other) : runtime_start(&l->runtime);
	if (r == 0 && !c->runtime) {
		l->poststop = c->spec.hooks[SPEC_HOOK_POSTSTOP].count > 0;
		r = life_hooks_started(c, l->runtime.pid);
	}
	if (r == 0 && !c->plan.auto_remove)
		r = undo_keep(c->lock);
	if (r < 0)
		return r;
	l->ended = false;
	l->memory_limit = limit->set ? (uint64_t)limit->value : 0;
	l->began = clock_monotonic();
	l->state.status = STATUS_RUNNING;
	l->state.pid = l->runtime.pid;
	l->state.started = clock_now();
	l->state.exit_code = 0;
	l->state.health = healthcheck_is_set(&c->plan.health) ? HEALTH_STARTING : HEALTH_NONE;
	l->state.oom_killed = l->state.stopped = false;
	l->state.monitor = getpid();
	(void)process_start_time(l->state.monitor, &l->state.monitor_start);
	r = state_write(c->dir, &l->state);
	if (r == 0)
		container_event(c, "start", NULL);
	return r;
}

/* What runs in it is killed, and nothing of it is left in the kernel. */
static int take_down(struct life *l)
{
	struct container *c = l->m->container;
	struct networks_container leaving = describe(c);
	int r;

	if (c->runtime)
		other_runtime_delete(&l->other);
	r = runtime_delete(&l->runtime);
	networks_leave(&leaving, &c->networks, &l->networks);
	if (l->poststop)
		life_hooks_stopped(c);
	l->poststop = false;
	return r;
}

void life_stay_ended(struct life *l)
{
	struct state *s = &l->state;

	s->status = STATUS_EXITED;
	s->stopped = mark_is(l->m->container->home, l->m->container->id, MARK_STOPPED);
	s->monitor = 0;
	s->monitor_start = 0;
	(void)state_write(l->m->container->dir, s);
}

/* Its streams and the end of its stdin. */
static void close_streams(struct life *l)
{
	for (int i = 0; i < STREAMS; i++) {
		cleanup_fd(&l->streams[i].from);
		cleanup_fd(&l->streams[i].to);
		l->streams[i] = STREAM_NONE;
	}
	cleanup_fd(&l->input);
	l->input = -1;
}

int life_failed(struct life *l, int error)
{
	struct state *s = &l->state;
	struct error_record why;
	bool stays = l->m->before || s->restarts > 0;

	error_pack(error, &why);
	step_set_side(STEP_CLEANUP);
	l->cgroup_gone = take_down(l) == 0;
	close_streams(l);
	/* as Docker's: one that never ran stays "created" */
	s->status = s->started ? STATUS_EXITED : STATUS_CREATED;
	s->exit_code = runtime_exec_exit_code(error);
	s->pid = s->monitor = 0;
	s->monitor_start = 0;
	if (stays) {
		(void)error_unpack(&why);
		xreplace(&s->error, error_text(error));
		(void)state_write(l->m->container->dir, s);
	}
	(void)error_unpack(&why);
	return s->exit_code;
}

/* What the kernel and the cgroup say about the end. */
static void read_end(struct life *l)
{
	uint64_t kills = 0;
	int status = 0;
	pid_t r;

	do
		r = waitpid(l->runtime.pid, &status, 0);
	while (r < 0 && errno == EINTR);
	l->state.exit_code = process_exit_code(status);
	l->state.finished = clock_now();
	if (l->runtime.cgroup && cgroup_oom_kills(l->runtime.cgroup, &kills) == 0)
		l->state.oom_killed = kills > 0;
}

static void tell_end(struct life *l)
{
	char code[16], seconds[24];

	snprintf(code, sizeof code, "%d", l->state.exit_code);
	snprintf(seconds, sizeof seconds, "%lld", (long long)((clock_monotonic() - l->began) / 1000000000));
	if (l->state.oom_killed)
		container_event(l->m->container, "oom", NULL);
	container_event(l->m->container, "die", (const char *const[]){ "execDuration", seconds, "exitCode", code, NULL });
}

/* The networks that the record says now: it was connected to others, perhaps, and leaves those, too. */
static void take_networks(struct life *l, struct record *r)
{
	struct container *c = l->m->container;
	struct networks_container leaving = describe(c);

	networks_leave(&leaving, &r->networks, &l->networks);
	networks_release(&c->networks);
	c->networks = r->networks;
	r->networks = (struct networks){ 0 };
}

int life_follow(struct life *l)
{
	struct container *c = l->m->container;
	struct networks_container following = describe(c);
	autocall(record_release) struct record now = { 0 };
	int r = record_read(c->dir, &now);

	step_set_side(STEP_CLEANUP);
	/* one that waits for its next life will have it in these */
	if (r == 0 && !l->ended)
		r = networks_follow(&following, &now.networks, &l->networks);
	if (r < 0)
		return r;
	networks_release(&c->networks);
	c->networks = now.networks;
	now.networks = (struct networks){ 0 };
	return 0;
}

/* By the record as it is now: hoy update may have changed the policy. */
static bool lives_again(struct life *l)
{
	struct container *c = l->m->container;
	autocall(record_release) struct record r = { 0 };
	struct restart_end end = { .exit_code = l->state.exit_code,
				   .count = l->state.restarts,
				   .ran_ns = clock_monotonic() - l->began,
				   .stopped = l->state.stopped };

	if (c->plan.auto_remove || record_read(c->dir, &r) < 0 || !restart_wanted(&r.plan.restart, &end))
		return false;
	take_networks(l, &r);
	l->delay_ms = restart_delay_ms(l->delay_ms, end.ran_ns);
	return true;
}

void life_end(struct life *l)
{
	struct container *c = l->m->container;

	read_end(l);
	step_set_side(STEP_CLEANUP);
	/* a failure is not the last word: undoing the journal tries once more, and so does the next command */
	l->cgroup_gone = take_down(l) == 0;
	volume_mounts_event(c->home, c->dir, c->id, "unmount");
	l->state.stopped = mark_is(c->home, c->id, MARK_STOPPED);
	l->again = lives_again(l);
	l->state.status = l->again ? STATUS_RESTARTING : STATUS_EXITED;
	l->state.pid = 0;
	if (!l->again) {
		l->state.monitor = 0;
		l->state.monitor_start = 0;
	}
	if (!c->plan.auto_remove)
		(void)state_write(c->dir, &l->state);
	tell_end(l);
	cleanup_fd(&l->input);
	l->input = -1;
	l->ended = true;
}
