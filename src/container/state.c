/* SPDX-License-Identifier: Apache-2.0 */
#include "container/state.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/process.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define SIZE_LIMIT  (64 << 10)
#define NEVER       "0001-01-01T00:00:00Z"
#define BIT(status) (1U << (status))

static const struct {
	const char *name;
	unsigned int next; /* bits of the states that may follow */
} states[] = {
	[STATUS_CREATED] = { "created", BIT(STATUS_RUNNING) | BIT(STATUS_EXITED) | BIT(STATUS_REMOVING) },
	[STATUS_RUNNING] = { "running", BIT(STATUS_PAUSED) | BIT(STATUS_RESTARTING) | BIT(STATUS_EXITED) },
	[STATUS_PAUSED] = { "paused", BIT(STATUS_RUNNING) | BIT(STATUS_EXITED) },
	[STATUS_RESTARTING] = { "restarting", BIT(STATUS_RUNNING) | BIT(STATUS_EXITED) },
	[STATUS_REMOVING] = { "removing", BIT(STATUS_DEAD) },
	[STATUS_EXITED] = { "exited", BIT(STATUS_RUNNING) | BIT(STATUS_REMOVING) },
	[STATUS_DEAD] = { "dead", BIT(STATUS_REMOVING) },
};
static_assert(ARRAY_SIZE(states) == STATUS_COUNT, "a row for each state");

void state_release(struct state *s)
{
	free(s->error);
	*s = (struct state){ 0 };
}

void state_lose(struct state *s)
{
	if (s->status != STATUS_RESTARTING) /* of one that waits it is known how it ended */
		s->exit_code = STATE_EXIT_LOST;
	s->status = STATUS_EXITED;
	s->pid = s->monitor = 0;
	s->lost = true;
	if (s->finished < s->started)
		s->finished = s->started; /* it is known to have run then */
}

static const char *const healths[] = {
	[HEALTH_NONE] = "none", [HEALTH_STARTING] = "starting", [HEALTH_HEALTHY] = "healthy", [HEALTH_UNHEALTHY] = "unhealthy"
};
static_assert(ARRAY_SIZE(healths) == HEALTH_COUNT, "a name for each");

const char *state_health_name(enum container_health health)
{
	return healths[health];
}

const char *state_name(enum container_status status)
{
	return states[status].name;
}

bool state_may_become(enum container_status from, enum container_status to)
{
	return states[from].next & BIT(to);
}

static int read_status(const char *name, enum container_status *ret)
{
	for (size_t i = 0; i < STATUS_COUNT; i++)
		if (strcmp(states[i].name, name) == 0) {
			*ret = (enum container_status)i;
			return 0;
		}
	return fail(-EINVAL, "state.json: %s is no state", name);
}

static void read_time(struct json_object *o, const char *key, int64_t *ret)
{
	const char *text = NULL;

	/* a time that cannot be read is "never": it must not make the container unreachable */
	if (json_get_str(o, "state.json", key, &text) == 1 && strcmp(text, NEVER) != 0)
		(void)clock_parse(text, ret);
}

static bool monitor_lives(const struct state *s)
{
	uint64_t start;

	return s->monitor > 0 && process_start_time(s->monitor, &start) == 0 && start == s->monitor_start;
}

void state_check(struct state *s)
{
	if (s->monitor && !monitor_lives(s))
		state_lose(s);
}

int state_read(int dirfd, struct state *ret)
{
	autojson struct json_object *o = NULL;
	autocall(state_release) struct state s = { 0 };
	const char *status = NULL, *error = NULL, *health = "none";
	int64_t pid = 0, monitor = 0, exit_code = 0;
	int r = json_read(dirfd, "state.json", SIZE_LIMIT, &o);

	if (r == -ENOENT) {
		*ret = (struct state){ .status = STATUS_CREATED };
		return 0;
	}
	if (r < 0 || (r = json_get_str(o, "state.json", "Status", &status)) < 0 ||
	    (r = json_get_i64(o, "state.json", "Pid", &pid)) < 0 ||
	    (r = json_get_i64(o, "state.json", "MonitorPid", &monitor)) < 0 ||
	    (r = json_get_u64(o, "state.json", "MonitorStart", &s.monitor_start)) < 0 ||
	    (r = json_get_i64(o, "state.json", "ExitCode", &exit_code)) < 0 ||
	    (r = json_get_bool(o, "state.json", "OOMKilled", &s.oom_killed)) < 0 ||
	    (r = json_get_i64(o, "state.json", "RestartCount", &s.restarts)) < 0 ||
	    (r = json_get_bool(o, "state.json", "ManuallyStopped", &s.stopped)) < 0 ||
	    (r = json_get_str(o, "state.json", "Health", &health)) < 0 ||
	    (r = json_get_str(o, "state.json", "Error", &error)) < 0 || (r = read_status(status ? status : "", &s.status)) < 0)
		return r;
	for (size_t i = 0; i < HEALTH_COUNT; i++)
		if (strcmp(healths[i], health) == 0)
			s.health = (enum container_health)i;
	s.pid = (pid_t)pid;
	s.monitor = (pid_t)monitor;
	s.exit_code = (int)exit_code;
	if (error && *error)
		s.error = xstrdup(error);
	read_time(o, "StartedAt", &s.started);
	read_time(o, "FinishedAt", &s.finished);
	state_check(&s);
	*ret = s;
	s = (struct state){ 0 };
	return 0;
}

static void put_time(struct json_writer *w, const char *key, int64_t ns)
{
	char text[CLOCK_TEXT_MAX];

	json_put_str(w, key, ns ? clock_format(ns, text) : NEVER);
}

int state_write(int dirfd, const struct state *s)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "Status", state_name(s->status));
	json_put_i64(&w, "Pid", s->pid);
	json_put_i64(&w, "MonitorPid", s->monitor);
	json_put_u64(&w, "MonitorStart", s->monitor_start);
	json_put_i64(&w, "ExitCode", s->exit_code);
	json_put_bool(&w, "OOMKilled", s->oom_killed);
	if (s->health)
		json_put_str(&w, "Health", healths[s->health]);
	json_put_i64(&w, "RestartCount", s->restarts);
	json_put_bool(&w, "ManuallyStopped", s->stopped);
	json_put_str(&w, "Error", s->error ? s->error : "");
	put_time(&w, "StartedAt", s->started);
	put_time(&w, "FinishedAt", s->finished);
	json_end_object(&w);
	buf_add_char(&text, '\n');
	return file_write(dirfd, "state.json", text.data, text.len, 0600, FILE_VOLATILE);
}
