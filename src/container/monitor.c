/* SPDX-License-Identifier: Apache-2.0 */
#include "container/monitor.h"

#include "base/cleanup.h"
#include "base/errno_name.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/idle.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/memory.h"
#include "container/attach.h"
#include "container/life.h"
#include "container/log_journal.h"
#include "container/mark.h"
#include "container/undo.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#define QUIET_MS 900 /* less than it takes to fall asleep (base/idle.h) */

static void do_nothing(int number)
{
	(void)number;
}

/*
 * A session of its own: the keys of the user's terminal are for the command. Descriptors that the command's caller left
 * open (a lock file of a script) are closed, for the monitor may live long.
 */
static void detach_process(const struct order *m)
{
	const struct container *c = m->container;
	int keep[] = {
		c->home->store->fd, c->home->containers, c->home->names, c->home->running, c->dir,           c->lock, m->control,
		m->input,           m->input_end,        m->output,      m->error,         step_explain_fd()
	};
	int null;

	attach_free_signals();
	/* caught, not ignored: what is ignored would be ignored in the container, too */
	(void)signal(SIGPIPE, do_nothing);
	(void)signal(SIGHUP, do_nothing);
	(void)setsid();
	(void)prctl(PR_SET_NAME, "hoy-monitor");
	(void)fd_close_from(3, keep, sizeof keep / sizeof *keep);
	if (chdir("/") < 0)
		log_debug("the monitor stays in its directory: %s", errno_text(errno));
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	close(null);
}

/* Tells the command that it runs. A foreground command that is gone by now wants nothing to be started. */
static int tell_running(struct life *l)
{
	struct message running = { .kind = MESSAGE_RUNNING };
	int fds[2] = { l->runtime.pidfd, l->streams[OUTPUT].from };
	int r = message_send(l->m->control, &running, fds, l->m->container->plan.tty ? 2 : 1);

	return r < 0 ? fail(r, "the command that wanted it is gone") : 0;
}

/* It could not be started: the command hears why, and nothing is left of it but what was there before. */
static _Noreturn void give_up(struct life *l, int error)
{
	struct message failed = { .kind = MESSAGE_FAILED };
	struct container *c = l->m->container;

	failed.exit_code = life_failed(l, error);
	error_pack(error, &failed.error);
	if (l->m->before && !c->plan.auto_remove)
		undo_run(c->home, c->id, c->lock, l->cgroup_gone);
	else
		container_destroy(c, l->cgroup_gone);
	(void)message_send(l->m->control, &failed, NULL, 0);
	_exit(0);
}

static struct message end_message(const struct life *l)
{
	return (struct message){ .kind = MESSAGE_EXITED,
				 .exit_code = l->state.exit_code,
				 .oom_killed = l->state.oom_killed,
				 .memory_limit = l->memory_limit };
}

/* Everybody who is attached hears of the end and leaves. */
static void tell_end(struct life *l)
{
	struct message end = end_message(l);

	guests_end(&l->guests, &end);
	if (l->m->control < 0)
		return;
	if (l->loop)
		loop_unwatch(l->loop, l->m->control);
	(void)message_send(l->m->control, &end, NULL, 0);
	close(take_fd(&l->m->control));
}

static int watch(struct life *l);

/* The next life, unless the user ended it while it waited. */
static int start_again(struct loop *loop, void *data)
{
	struct life *l = data;
	struct container *c = l->m->container;
	int r;

	l->timer = 0;
	if (mark_is(c->home, c->id, MARK_STOPPED)) {
		life_stay_ended(l);
		loop_stop(loop, 0);
		return 0;
	}
	(void)mark_set(c->home, c->id, MARK_PAUSED, false);
	step_set_side(STEP_HOST);
	l->state.restarts++;
	spec_release(&c->spec);
	r = container_read_spec(c);
	if (r == 0)
		r = life_start(l);
	if (r < 0) {
		(void)life_failed(l, r);
		loop_stop(loop, 0);
		return 0;
	}
	return watch(l);
}

static void check_end(struct life *l)
{
	bool streaming = false;

	for (int i = 0; i < STREAMS; i++)
		streaming |= l->streams[i].from >= 0 || l->streams[i].to >= 0;
	if (!l->ended || streaming || l->timer)
		return;
	if (!l->again) {
		loop_stop(l->loop, 0);
		return;
	}
	tell_end(l);
	l->timer = loop_after(l->loop, l->delay_ms, start_again, l);
}

static void on_stream_end(void *data, struct stream *s)
{
	(void)s;
	check_end(data);
}

static int open_log(struct life *l)
{
	struct container *c = l->m->container;
	struct log_journal *journal = NULL;
	int r;

	if (c->plan.log == LOG_DRIVER_JSON)
		return log_writer_open(c->dir, "log", &l->m->log_options, &l->log);
	r = log_journal_open(c->id, c->name, c->image, &journal);
	if (r == 0)
		log_writer_to_journal(&journal, &l->log);
	return r;
}

/* A log that had nothing to write for a while gives its memory back. */
static int on_quiet(struct loop *loop, void *data)
{
	struct life *l = data;

	l->quiet = l->wrote ? loop_after(loop, QUIET_MS, on_quiet, l) : 0;
	if (!l->wrote && l->log)
		log_writer_idle(l->log);
	l->wrote = false;
	return 0;
}

static void write_log(struct life *l, enum log_stream stream, const char *bytes, size_t len)
{
	/* opened at the first byte: a container that says nothing pays nothing */
	if (!l->log && open_log(l) < 0) {
		l->m->log = false;
		return;
	}
	log_writer_add(l->log, stream, bytes, len);
	l->wrote = true;
	if (!l->quiet)
		l->quiet = loop_after(l->loop, QUIET_MS, on_quiet, l);
}

static void on_output(void *data, const struct stream *s, const char *bytes, size_t len)
{
	struct life *l = data;
	bool error = s == &l->streams[ERROR];

	if (l->m->log)
		write_log(l, error ? LOG_STDERR : LOG_STDOUT, bytes, len);
	if (l->guests.count)
		guests_write(&l->guests, error, bytes, len);
}

/* Bytes that nobody here wants to see are not looked at. */
static void choose_taken(struct life *l)
{
	for (int i = 0; i < STREAMS; i++)
		l->streams[i].taken = l->m->log || l->guests.count ? on_output : NULL;
}

static int on_exit_of(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct life *l = data;
	int r = 0;

	(void)events;
	loop_unwatch(loop, fd);
	health_end(&l->health);
	life_end(l);
	for (int i = 0; r == 0 && i < STREAMS; i++)
		r = stream_drain(loop, &l->streams[i]);
	check_end(l);
	return r;
}

/* What the command that started it was attached to goes on without it; from now on the log is the only one who hears. */
static int on_command_gone(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct life *l = data;
	int r = 0;

	(void)events;
	loop_unwatch(loop, fd);
	close(take_fd(&l->m->control));
	(void)dup2(STDIN_FILENO, STDERR_FILENO); /* it is the user's terminal, and no longer ours */
	l->m->log = l->m->container->plan.log != LOG_DRIVER_NONE;
	choose_taken(l);
	for (int i = 0; r == 0 && i < STREAMS; i++) {
		l->streams[i].control = -1;
		r = stream_let_go(loop, &l->streams[i]);
	}
	return r;
}

/* A new guest: it gets the container's stdin, which is its alone where it ends with the first one that leaves. */
static int attach(struct life *l, struct guest *g, const struct request *request, int fds[2])
{
	struct message running = { .kind = MESSAGE_RUNNING };
	const struct plan *plan = &l->m->container->plan;
	int give[2] = { l->runtime.pidfd, plan->tty ? l->streams[OUTPUT].from : request->in ? l->input : -1 };
	int next = 0, r;

	if (request->out)
		g->to[OUTPUT] = take_fd(&fds[next++]);
	if (request->err)
		g->to[ERROR] = take_fd(&fds[next]);
	for (int i = 0; i < STREAMS; i++)
		if (g->to[i] >= 0)
			(void)fd_set_nonblock(g->to[i], true);
	choose_taken(l);
	if (l->ended)
		return 0; /* it will hear of the end */
	r = message_send(g->control, &running, give, give[1] >= 0 ? 2 : 1);
	if (r == 0 && request->in && !plan->tty && plan->stdin_once && l->input >= 0)
		close(take_fd(&l->input));
	return r;
}

/* The command hears what became of it, and is no guest any more. */
static int follow(struct life *l, const struct guest *g)
{
	struct message done = { .kind = MESSAGE_DONE };
	int r = life_follow(l);

	if (r < 0) {
		done.kind = MESSAGE_FAILED;
		error_pack(r, &done.error);
		error_clear();
	}
	(void)message_send(g->control, &done, NULL, 0);
	return -EPIPE;
}

static int on_request(void *data, struct guest *g, const struct request *request, int fds[2])
{
	struct life *l = data;
	int r = 0;

	if (request->kind == REQUEST_ATTACH) {
		r = attach(l, g, request, fds);
	} else if (request->kind == REQUEST_FOLLOW) {
		r = follow(l, g);
	} else if (l->timer) {
		loop_cancel(l->loop, l->timer);
		r = start_again(l->loop, l); /* which looks at the mark */
	}
	cleanup_fd(&fds[0]);
	cleanup_fd(&fds[1]);
	return r;
}

static int watch(struct life *l)
{
	int r = loop_watch(l->loop, l->runtime.pidfd, EPOLLIN, on_exit_of, l);

	choose_taken(l);
	for (int i = 0; r == 0 && i < STREAMS; i++) {
		l->streams[i].control = l->m->control;
		l->streams[i].ended = on_stream_end;
		l->streams[i].data = l;
		if (l->streams[i].from >= 0)
			r = stream_start(l->loop, &l->streams[i]);
	}
	if (r == 0)
		health_begin(&l->health);
	spec_release(&l->m->container->spec); /* what starting needed is not needed any more */
	return r;
}

static void on_health(void *data)
{
	struct life *l = data;
	autofree char *action = xasprintf("health_status: %s", state_health_name(l->state.health));

	(void)state_write(l->m->container->dir, &l->state);
	container_event(l->m->container, action, NULL);
}

static int watch_all(struct life *l)
{
	int r = loop_new(&l->loop);

	if (r < 0)
		return r;
	loop_set_wait(l->loop, idle_wait);
	l->guests.asks = on_request;
	l->guests.data = l;
	l->health.loop = l->loop;
	l->health.container = l->m->container;
	l->health.state = &l->state;
	l->health.changed = on_health;
	l->health.data = l;
	r = guests_listen(&l->guests, l->loop, l->m->container->lock);
	if (r == 0 && l->m->control >= 0)
		r = loop_watch(l->loop, l->m->control, EPOLLIN, on_command_gone, l);
	return r == 0 ? watch(l) : r;
}

static void finish(struct life *l)
{
	struct container *c = l->m->container;

	log_writer_close(&l->log);
	undo_run(c->home, c->id, c->lock, l->cgroup_gone);
	if (c->plan.auto_remove)
		container_event(c, "destroy", NULL);
	tell_end(l);
}

/* Something that cannot be went wrong: the container does not go on without its monitor. */
static void end_hard(struct life *l, int error)
{
	log_warning("the monitor of %s failed: %s", l->m->container->name, error_text(error));
	if (l->ended)
		return;
	(void)kill(l->runtime.pid, SIGKILL);
	(void)mark_set(l->m->container->home, l->m->container->id, MARK_STOPPED, true);
	life_end(l);
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

_Noreturn void monitor_run(struct order *m)
{
	struct life l = { .m = m,
			  .runtime = RUNTIME_CONTAINER_NONE,
			  .streams = { STREAM_NONE, STREAM_NONE },
			  .input = -1,
			  .guests = GUESTS_NONE,
			  .health = HEALTH_NONE_YET };
	int r;

	detach_process(m);
	if (m->container->runtime)
		set_other_runtime(&l);
	if (m->before)
		l.state.started = m->before->started, l.state.finished = m->before->finished;
	r = life_start(&l);
	if (r == 0)
		r = tell_running(&l);
	if (r < 0)
		give_up(&l, r);
	if (m->detached) {
		close(take_fd(&m->control));
		(void)dup2(STDIN_FILENO, STDERR_FILENO);
	}
	r = watch_all(&l);
	if (r == 0)
		r = loop_run(l.loop);
	if (r < 0)
		end_hard(&l, r);
	finish(&l);
	_exit(0);
}
