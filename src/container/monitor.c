/* SPDX-License-Identifier: Apache-2.0 */
#include "container/monitor.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/idle.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/process.h"
#include "container/attach.h"
#include "container/join.h"
#include "container/message.h"
#include "container/other_runtime.h"
#include "container/state.h"
#include "container/stream.h"
#include "container/undo.h"
#include "kernel/step.h"
#include "runtime/cgroup.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT, ERROR, STREAMS };

struct life {
	struct monitor *m;
	struct loop *loop;
	struct runtime_container runtime;
	struct other_runtime other; /* of a container that has one */
	struct stream streams[STREAMS];
	struct log_writer *log; /* NULL while nothing was written */
	struct state state;
	uint64_t memory_limit;
	bool cgroup_gone;
	bool ended; /* pid 1 of the container has been reaped */
};

static void do_nothing(int number)
{
	(void)number;
}

/*
 * A session of its own: the keys of the user's terminal are for the command. Descriptors that the command's caller left
 * open (a lock file of a script) are closed, for the monitor may live long.
 */
static void detach_process(const struct monitor *m)
{
	const struct container *c = m->container;
	int keep[] = { c->home->store->fd, c->home->containers, c->home->names, c->home->running, c->dir, c->lock, m->control,
		       m->input,           m->output,           m->error,       step_explain_fd() };
	int null;

	attach_free_signals();
	/* caught, not ignored: what is ignored would be ignored in the container, too */
	(void)signal(SIGPIPE, do_nothing);
	(void)signal(SIGHUP, do_nothing);
	(void)setsid();
	(void)prctl(PR_SET_NAME, "hoy-monitor");
	(void)fd_close_from(3, keep, sizeof keep / sizeof *keep);
	if (chdir("/") < 0)
		log_debug("the monitor stays in its directory: %s", strerror(errno));
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	close(null);
}

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

/* Streams, then the container up to the point before its command executes. */
static int create(struct life *l)
{
	struct monitor *m = l->m;
	autofree char *cache = xasprintf("%s/seccomp", m->container->home->store->root);
	struct runtime_create create = RUNTIME_CREATE_NONE;
	autocall(join_release) struct join join = { 0 };
	autofd int in = -1, out = -1, err = -1;
	int r = join_open(m->container->home, &m->container->spec, &join);

	if (r < 0)
		return r;
	create.given = join_given(&join);
	create.bundle_path = m->container->path; /* hooks look for config.json there */

	create.id = m->container->id;
	create.spec = &m->container->spec;
	create.seccomp_cache = cache;
	create.die_with_parent = true;
	if (!m->container->plan.tty) {
		in = m->input >= 0 ? take_fd(&m->input) : open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (in < 0)
			return fail_errno("open /dev/null");
		r = make_pipe(l, OUTPUT, take_fd(&m->output), &out);
		if (r == 0)
			r = make_pipe(l, ERROR, take_fd(&m->error), &err);
		create.stdio[0] = in;
		create.stdio[1] = out;
		create.stdio[2] = err;
	}
	if (r == 0)
		r = m->container->runtime ? other_runtime_create(&l->other, &create, &l->runtime)
					  : runtime_create(&create, &l->runtime);
	if (r == 0 && m->container->plan.tty) {
		l->streams[OUTPUT].from = take_fd(&l->runtime.console);
		l->streams[OUTPUT].to = take_fd(&m->output);
	}
	return r;
}

/* Tells the command that it runs. A foreground command that is gone by now wants nothing to be started. */
static int tell_running(struct life *l)
{
	struct message running = { .kind = MESSAGE_RUNNING };
	int fds[2] = { l->runtime.pidfd, l->streams[OUTPUT].from };
	int r = message_send(l->m->control, &running, fds, l->m->container->plan.tty ? 2 : 1);

	return r < 0 ? fail(r, "the command that wanted it is gone") : 0;
}

static int start(struct life *l)
{
	struct monitor *m = l->m;
	int r = create(l);

	if (r == 0)
		r = m->container->runtime ? other_runtime_start(&l->other) : runtime_start(&l->runtime);
	if (r == 0 && !m->container->plan.auto_remove)
		r = undo_keep(m->container->lock);
	if (r < 0)
		return r;
	l->state = (struct state){ .status = STATUS_RUNNING,
				   .pid = l->runtime.pid,
				   .monitor = getpid(),
				   .started = clock_now(),
				   .finished = m->before ? m->before->finished : 0 };
	(void)process_start_time(l->state.monitor, &l->state.monitor_start);
	r = state_write(m->container->dir, &l->state);
	if (r == 0)
		container_event(m->container, "start", NULL);
	return r == 0 ? tell_running(l) : r;
}

/* What runs in it is killed, and nothing of it is left in the kernel. */
static int take_down(struct life *l)
{
	if (l->m->container->runtime)
		other_runtime_delete(&l->other);
	return runtime_delete(&l->runtime);
}

/* One that was there before stays as it was, and says why it could not be started; as Docker's. */
static void record_failure(struct life *l, int error, int exit_code)
{
	struct state s = *l->m->before;

	s.status = s.started ? STATUS_EXITED : STATUS_CREATED;
	s.exit_code = exit_code;
	s.error = xstrdup(error_text(error));
	s.pid = s.monitor = 0;
	s.monitor_start = 0;
	(void)state_write(l->m->container->dir, &s);
}

/* It could not be started: the command hears why, and nothing is left of it but what was there before. */
static _Noreturn void give_up(struct life *l, int error)
{
	struct message failed = { .kind = MESSAGE_FAILED, .exit_code = runtime_exec_exit_code(error) };

	error_pack(error, &failed.error);
	step_set_side(STEP_CLEANUP);
	if (l->m->before)
		record_failure(l, error, failed.exit_code);
	container_destroy(l->m->container, take_down(l) == 0);
	(void)message_send(l->m->control, &failed, NULL, 0);
	_exit(0);
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
	snprintf(seconds, sizeof seconds, "%lld", (long long)((l->state.finished - l->state.started) / 1000000000));
	if (l->state.oom_killed)
		container_event(l->m->container, "oom", NULL);
	container_event(l->m->container, "die", (const char *const[]){ "execDuration", seconds, "exitCode", code, NULL });
}

/* The record says how it ended, and nothing of it is left in the kernel. */
static void record_end(struct life *l)
{
	struct container *c = l->m->container;

	step_set_side(STEP_CLEANUP);
	/* a failure is not the last word: undoing the journal tries once more, and so does the next command */
	l->cgroup_gone = take_down(l) == 0;
	l->state.status = STATUS_EXITED;
	l->state.pid = l->state.monitor = 0;
	l->state.monitor_start = 0;
	if (!l->m->container->plan.auto_remove)
		(void)state_write(c->dir, &l->state);
	tell_end(l);
}

static void check_end(struct life *l)
{
	bool streaming = false;

	for (int i = 0; i < STREAMS; i++)
		streaming |= l->streams[i].from >= 0 || l->streams[i].to >= 0;
	if (l->ended && !streaming)
		loop_stop(l->loop, 0);
}

static void on_stream_end(void *data, struct stream *s)
{
	(void)s;
	check_end(data);
}

/* Opened at the first byte: a container that says nothing pays nothing. */
static void on_output(void *data, const struct stream *s, const char *bytes, size_t len)
{
	struct life *l = data;

	if (!l->log && log_writer_open(l->m->container->dir, "log", &l->m->log_options, &l->log) < 0) {
		l->m->log = false;
		return;
	}
	log_writer_add(l->log, s == &l->streams[ERROR] ? LOG_STDERR : LOG_STDOUT, bytes, len);
}

static int on_exit_of(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct life *l = data;
	int r = 0;

	(void)events;
	loop_unwatch(loop, fd);
	read_end(l);
	record_end(l);
	l->ended = true;
	for (int i = 0; r == 0 && i < STREAMS; i++)
		r = stream_drain(loop, &l->streams[i]);
	check_end(l);
	return r;
}

/* What starting needed is not needed any more. */
static void shrink(struct life *l)
{
	const struct opt_i64 *limit = &l->m->container->spec.linux_.resources.memory.limit;

	l->memory_limit = limit->set ? (uint64_t)limit->value : 0;
	spec_release(&l->m->container->spec);
}

static int watch(struct life *l)
{
	int r = loop_new(&l->loop);

	if (r < 0)
		return r;
	loop_set_wait(l->loop, idle_wait);
	r = loop_watch(l->loop, l->runtime.pidfd, EPOLLIN, on_exit_of, l);
	for (int i = 0; r == 0 && i < STREAMS; i++) {
		l->streams[i].control = l->m->control;
		l->streams[i].ended = on_stream_end;
		l->streams[i].data = l;
		l->streams[i].log = l->m->log ? on_output : NULL;
		if (l->streams[i].from >= 0)
			r = stream_start(l->loop, &l->streams[i]);
	}
	return r;
}

static void finish(struct life *l)
{
	struct message exited = { .kind = MESSAGE_EXITED,
				  .exit_code = l->state.exit_code,
				  .oom_killed = l->state.oom_killed,
				  .memory_limit = l->memory_limit };
	struct container *c = l->m->container;

	log_writer_close(&l->log);
	undo_run(c->home, c->id, c->lock, l->cgroup_gone);
	if (l->m->container->plan.auto_remove)
		container_event(c, "destroy", NULL);
	(void)message_send(l->m->control, &exited, NULL, 0);
}

static void set_other_runtime(struct life *l)
{
	struct container *c = l->m->container;

	l->other = (struct other_runtime){ .program = c->runtime,
					   .id = c->id,
					   .path = xasprintf("%s/containers/%s", c->home->runroot, c->id),
					   .dir = c->lock,
					   .spec = &c->spec };
}

_Noreturn void monitor_run(struct monitor *m)
{
	struct life l = { .m = m, .runtime = RUNTIME_CONTAINER_NONE, .streams = { STREAM_NONE, STREAM_NONE } };
	int r;

	detach_process(m);
	if (m->container->runtime)
		set_other_runtime(&l);
	r = start(&l);
	if (r < 0)
		give_up(&l, r);
	if (m->detached) {
		close(take_fd(&m->control));
		(void)dup2(STDIN_FILENO, STDERR_FILENO);
	}
	r = watch(&l);
	shrink(&l);
	if (r == 0)
		r = loop_run(l.loop);
	if (r < 0) {
		log_warning("the monitor of %s failed: %s", m->container->name, error_text(r));
		if (!l.ended) {
			(void)kill(l.runtime.pid, SIGKILL);
			read_end(&l);
			record_end(&l);
		}
	}
	finish(&l);
	_exit(0);
}
