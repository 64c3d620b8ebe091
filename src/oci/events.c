/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of a container's cgroup as JSON lines, in runc's structure. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "oci/command.h"
#include "runtime/cgroup.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

struct events_flags {
	int64_t interval; /* nanoseconds */
	bool stats;
};

static const struct option options[] = {
	{ 0, "interval", OPTION_DURATION, offsetof(struct events_flags, interval), "value", "set the stats collection interval",
	  "5s" },
	{ 0, "stats", OPTION_BOOL, offsetof(struct events_flags, stats), .help = "display the container's stats then exit" },
	OPTIONS_END,
};

static void put(struct json_writer *w, const char *key, uint64_t value)
{
	if (value != UINT64_MAX) /* absent */
		json_put_u64(w, key, value);
}

static void put_memory(struct json_writer *w, const struct cgroup_stats *s)
{
	json_begin_object(w, "memory");
	put(w, "cache", s->memory_cache);
	json_begin_object(w, "usage");
	put(w, "limit", s->memory_limit);
	put(w, "usage", s->memory_usage);
	put(w, "max", s->memory_peak);
	put(w, "failcnt", s->oom_kills);
	json_end_object(w);
	json_begin_object(w, "swap");
	put(w, "usage", s->swap_usage);
	json_end_object(w);
	json_end_object(w);
}

static void put_cpu(struct json_writer *w, const struct cgroup_stats *s)
{
	json_begin_object(w, "cpu");
	json_begin_object(w, "usage");
	put(w, "total", s->cpu_usage_ns);
	put(w, "kernel", s->cpu_system_ns);
	put(w, "user", s->cpu_user_ns);
	json_end_object(w);
	json_begin_object(w, "throttling");
	put(w, "periods", s->cpu_periods);
	put(w, "throttledPeriods", s->cpu_throttled);
	put(w, "throttledTime", s->cpu_throttled_ns);
	json_end_object(w);
	json_end_object(w);
}

static void print_stats(const char *id, const struct cgroup_stats *s)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "type", "stats");
	json_put_str(&w, "id", id);
	json_begin_object(&w, "data");
	put_cpu(&w, s);
	put_memory(&w, s);
	json_begin_object(&w, "pids");
	put(&w, "current", s->pids);
	put(&w, "limit", s->pids_limit);
	json_end_object(&w);
	json_begin_object(&w, "blkio");
	put(&w, "readBytes", s->io_read_bytes);
	put(&w, "writeBytes", s->io_write_bytes);
	json_end_object(&w);
	json_end_object(&w);
	json_end_object(&w);
	puts(text.data);
	fflush(stdout);
}

/* One line an interval, and one for each OOM kill, until the container ends. */
static int follow(const struct state_file *state, struct cgroup *cgroup, const struct events_flags *flags)
{
	autofd int pidfd = state_file_pidfd(state);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	uint64_t kills = UINT64_MAX;

	if (pidfd < 0)
		return pidfd;
	do {
		struct cgroup_stats s;
		int r = cgroup_stats(cgroup, &s);

		if (r < 0)
			return r;
		if (kills != UINT64_MAX && s.oom_kills != UINT64_MAX && s.oom_kills > kills)
			printf("{\"type\":\"oom\",\"id\":\"%s\"}\n", state->id);
		kills = s.oom_kills;
		print_stats(state->id, &s);
	} while (poll(&ended, 1, (int)(flags->interval / 1000000)) == 0);
	return 0;
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(state_file_release) struct state_file state = { 0 };
	const struct events_flags *flags = data;
	struct cgroup *cgroup = NULL;
	struct cgroup_stats stats;
	enum state_status status;
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);

	if (r < 0)
		return r;
	if (flags->interval <= 0)
		return fail(-EINVAL, "duration interval must be greater than 0");
	status = state_file_status(dir, &state);
	if (status == STATE_STOPPED || status == STATE_CREATING)
		return fail(-ESRCH, "container not running: %s", args[0]);
	r = state_file_cgroup(&state, &cgroup);
	if (r == 0 && !cgroup)
		r = fail(-ENOTSUP, "read statistics of %s: it has no cgroup", args[0]);
	if (r == 0 && flags->stats) {
		r = cgroup_stats(cgroup, &stats);
		if (r == 0)
			print_stats(args[0], &stats);
	} else if (r == 0) {
		r = follow(&state, cgroup, flags);
	}
	cgroup_free(&cgroup);
	return r;
}

static const struct events_flags defaults = { .interval = 5000000000 };

const struct oci_command oci_events = {
	.name = "events",
	.usage = "[command options] <container-id>",
	.summary = "display container events such as OOM notifications, cpu, memory, and IO usage statistics",
	.options = options,
	.options_size = sizeof(struct events_flags),
	.defaults = &defaults,
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = run,
};
