/* SPDX-License-Identifier: Apache-2.0 */
#include "container/health.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/process.h"
#include "container/exec.h"
#include "container/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Docker's */
#define INTERVAL       INT64_C(30000000000)
#define TIMEOUT        INT64_C(30000000000)
#define START_INTERVAL INT64_C(5000000000)
#define RETRIES        3
#define OUTPUT_MAX     4096
#define LOG_MAX        5

#define FILE_NAME  "health.json"
#define FILE_LIMIT (1 << 20)

static int check(struct loop *loop, void *data);

static int64_t or (int64_t value, int64_t otherwise)
{
	return value ? value : otherwise;
}

static bool in_start_period(const struct health *h, int64_t when)
{
	return when - h->began < h->container->plan.health.start_period;
}

static void wait_for_next(struct health *h)
{
	const struct healthcheck *c = &h->container->plan.health;
	int64_t ns = or (c->interval, INTERVAL);

	if (h->state->health == HEALTH_STARTING && in_start_period(h, clock_monotonic()))
		ns = or (c->start_interval, START_INTERVAL);
	h->next = loop_after(h->loop, ns / 1000000, check, h);
}

/* The last checks but the oldest, and this one. A file that cannot be read is begun anew. */
static void write_log(struct health *h, int exit_code)
{
	autojson struct json_object *old = NULL;
	autobuf text = BUF_INIT;
	char time[CLOCK_TEXT_MAX];
	struct json_object *log = json_read(h->container->dir, FILE_NAME, FILE_LIMIT, &old) == 0 ? json_get(old, "Log") : NULL;
	size_t count = log && json_object_is_type(log, json_type_array) ? json_object_array_length(log) : 0;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "Status", state_health_name(h->state->health));
	json_put_i64(&w, "FailingStreak", h->streak);
	json_begin_array(&w, "Log");
	for (size_t i = count < LOG_MAX ? 0 : count - LOG_MAX + 1; i < count; i++)
		json_put_value(&w, NULL, json_object_array_get_idx(log, i));
	if (h->check_started) {
		json_begin_object(&w, NULL);
		json_put_str(&w, "Start", clock_format(h->check_started, time));
		json_put_str(&w, "End", clock_format(clock_now(), time));
		json_put_i64(&w, "ExitCode", exit_code);
		json_put_str(&w, "Output", h->text.data);
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	buf_add_char(&text, '\n');
	(void)file_write(h->container->dir, FILE_NAME, text.data, text.len, 0600, FILE_VOLATILE);
}

/* Docker's rule: while it starts, failures do not count; then so many in a row make it unhealthy. */
static void judge(struct health *h, int exit_code)
{
	const struct healthcheck *c = &h->container->plan.health;
	enum container_health before = h->state->health;

	if (exit_code == 0) {
		h->streak = 0;
		h->state->health = HEALTH_HEALTHY;
	} else if (before != HEALTH_STARTING || !in_start_period(h, h->check_began)) {
		h->streak++;
		if (h->streak >= or (c->retries, RETRIES))
			h->state->health = HEALTH_UNHEALTHY;
	}
	write_log(h, exit_code);
	if (h->state->health == before)
		return;
	h->changed(h->data);
}

static void stop_check(struct health *h)
{
	loop_unwatch(h->loop, h->output);
	close(take_fd(&h->output));
	loop_cancel(h->loop, h->timeout);
	h->timeout = 0;
}

/* The end of its output is the end of the checker. */
static int on_output(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct health *h = data;
	char bytes[1024];
	ssize_t n = read(fd, bytes, sizeof bytes);
	size_t room = OUTPUT_MAX - h->text.len;
	int status = 0;

	(void)loop;
	(void)events;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n > 0) {
		h->cut |= (size_t)n > room;
		buf_add(&h->text, bytes, (size_t)n < room ? (size_t)n : room);
		return 0;
	}
	stop_check(h);
	while (waitpid(h->checker, &status, 0) < 0 && errno == EINTR)
		;
	h->checker = 0;
	if (h->cut)
		buf_add_str(&h->text, "...");
	if (h->late) {
		buf_clear(&h->text);
		buf_add_format(&h->text, "Health check exceeded timeout (%gs)",
			       (double) or (h->container->plan.health.timeout, TIMEOUT) / 1e9);
	}
	/* killed: by us, for it took too long, or by itself, for it could not run the command at all */
	judge(h, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	buf_release(&h->text);
	wait_for_next(h);
	return 0;
}

static int on_timeout(struct loop *loop, void *data)
{
	struct health *h = data;

	(void)loop;
	h->timeout = 0;
	h->late = true;
	(void)kill(h->checker, SIGKILL); /* and with it the command: it dies with its parent */
	return 0;
}

/* The process of one check: `hoy exec` whose output is the pipe. */
static _Noreturn void run_checker(const struct health *h, int output, pid_t monitor)
{
	autocall(handle_release) struct handle handle = HANDLE_NONE;
	struct exec_options o = { .bound = true };
	int code = 1, r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NAME, "hoy-health");
	if (getppid() != monitor)
		_exit(1);
	(void)dup2(output, STDOUT_FILENO);
	(void)dup2(output, STDERR_FILENO);
	healthcheck_command(&h->container->plan.health, &o.command);
	r = handle_open(h->container->home, h->container->id, &handle);
	if (r == 0)
		r = container_exec(&handle, &o, &code);
	if (r < 0) {
		dprintf(STDOUT_FILENO, "%s", error_text(r));
		(void)kill(getpid(), SIGKILL);
	}
	_exit(code);
}

static int start_checker(struct health *h)
{
	pid_t monitor = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	h->checker = fork();
	if (h->checker == 0)
		run_checker(h, fds[1], monitor);
	close(fds[1]);
	if (h->checker < 0) {
		h->checker = 0;
		close(fds[0]);
		return -EAGAIN;
	}
	h->output = fds[0];
	(void)fd_set_nonblock(h->output, true);
	return loop_watch(h->loop, h->output, EPOLLIN, on_output, h);
}

static int check(struct loop *loop, void *data)
{
	struct health *h = data;
	const struct container *c = h->container;

	h->next = 0;
	/* what is frozen cannot answer, and is not to blame */
	if (mark_is(c->home, c->id, MARK_PAUSED)) {
		wait_for_next(h);
		return 0;
	}
	h->cut = h->late = false;
	buf_clear(&h->text);
	h->check_began = clock_monotonic();
	h->check_started = clock_now();
	if (start_checker(h) < 0) {
		buf_add_str(&h->text, "the check cannot be started");
		judge(h, -1);
		wait_for_next(h);
		return 0;
	}
	h->timeout = loop_after(loop, or (c->plan.health.timeout, TIMEOUT) / 1000000, on_timeout, h);
	return 0;
}

void health_begin(struct health *h)
{
	if (!healthcheck_is_set(&h->container->plan.health))
		return;
	h->text = BUF_INIT;
	h->streak = 0;
	h->began = clock_monotonic();
	h->check_started = 0;
	write_log(h, 0);
	wait_for_next(h);
}

void health_end(struct health *h)
{
	loop_cancel(h->loop, h->next);
	h->next = 0;
	if (h->checker <= 0)
		return;
	stop_check(h);
	(void)kill(h->checker, SIGKILL);
	while (waitpid(h->checker, NULL, 0) < 0 && errno == EINTR)
		;
	h->checker = 0;
	buf_release(&h->text);
}
