/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of a container's cgroup as JSON lines, in runc's structure. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "oci/command.h"
#include "runtime/cgroup.h"
#include "runtime/state_file.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static uint64_t or_zero(uint64_t value)
{
	return value == UINT64_MAX ? 0 : value;
}

/* Limit and failcnt are always there; no limit is the largest number. */
static void put_entry(struct json_writer *w, const char *key, uint64_t limit, uint64_t usage, uint64_t max, uint64_t failures)
{
	json_begin_object(w, key);
	json_put_u64(w, "limit", limit);
	put(w, "usage", usage);
	put(w, "max", max);
	json_put_u64(w, "failcnt", or_zero(failures));
	json_end_object(w);
}

static void put_raw(const char *line, void *writer)
{
	autofree char *name = xstrndup(line, strcspn(line, " "));
	uint64_t value;

	if (line[strlen(name)] && number_u64(line + strlen(name) + 1, &value) == 0)
		json_put_u64(writer, name, value);
}

/* As v1 counts, which is what readers of runc's output expect: swap with the memory. */
static void put_memory(struct json_writer *w, struct cgroup *cgroup, const struct cgroup_stats *s)
{
	uint64_t swap = or_zero(s->swap_usage) + or_zero(s->memory_usage);

	json_begin_object(w, "memory");
	put(w, "cache", s->memory_cache);
	put_entry(w, "usage", s->memory_limit, s->memory_usage, s->memory_peak, s->memory_failures);
	put_entry(w, "swap", s->swap_limit, swap, UINT64_MAX, 0);
	put_entry(w, "kernel", 0, UINT64_MAX, UINT64_MAX, 0);
	put_entry(w, "kernelTCP", 0, UINT64_MAX, UINT64_MAX, 0);
	json_begin_object(w, "raw");
	cgroup_stats_memory_lines(cgroup, put_raw, w);
	json_end_object(w);
	json_end_object(w);
}

static void put_device(struct json_writer *w, unsigned int major, unsigned int minor, const char *operation, uint64_t value)
{
	json_begin_object(w, NULL);
	json_put_u64(w, "major", major);
	json_put_u64(w, "minor", minor);
	json_put_str(w, "op", operation);
	json_put_u64(w, "value", value);
	json_end_object(w);
}

struct io_list {
	struct json_writer *w;
	bool count;
};

/* "8:0 Read 4096", or "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 ..." */
static void put_io(const char *line, void *data)
{
	static const char *const keys[][2] = { { "rbytes=", "rios=" }, { "wbytes=", "wios=" } };
	static const char *const names[] = { "Read", "Write" };
	struct io_list *list = data;
	const char *p = line;
	uint64_t major, minor, value;

	if (number_take(&p, 10, &major) < 0 || *p++ != ':' || number_take(&p, 10, &minor) < 0 || *p++ != ' ')
		return;
	if (isupper((unsigned char)*p)) {
		autofree char *word = xstrndup(p, strcspn(p, " "));

		p += strlen(word);
		if (*p++ == ' ' && number_take(&p, 10, &value) == 0)
			put_device(list->w, (unsigned int)major, (unsigned int)minor, word, value);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *found = strstr(p, keys[i][list->count]);

		if (found && (found += strlen(keys[i][list->count]), number_take(&found, 10, &value)) == 0)
			put_device(list->w, (unsigned int)major, (unsigned int)minor, names[i], value);
	}
}

static void put_block_io(struct json_writer *w, struct cgroup *cgroup)
{
	struct io_list list = { .w = w };

	json_begin_object(w, "blkio");
	json_begin_array(w, "ioServiceBytesRecursive");
	cgroup_stats_io_lines(cgroup, false, put_io, &list);
	json_end_array(w);
	list.count = true;
	json_begin_array(w, "ioServicedRecursive");
	cgroup_stats_io_lines(cgroup, true, put_io, &list);
	json_end_array(w);
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

static void print_stats(const char *id, struct cgroup *cgroup, const struct cgroup_stats *s)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "type", "stats");
	json_put_str(&w, "id", id);
	json_begin_object(&w, "data");
	put_cpu(&w, s);
	put_memory(&w, cgroup, s);
	json_begin_object(&w, "pids");
	put(&w, "current", s->pids);
	put(&w, "limit", s->pids_limit);
	json_end_object(&w);
	put_block_io(&w, cgroup);
	json_begin_object(&w, "hugetlb");
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
		print_stats(state->id, cgroup, &s);
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
	status = state_file_status(&state);
	if (status == STATE_STOPPED || status == STATE_CREATING)
		return fail(-ESRCH, "container not running: %s", args[0]);
	r = state_file_cgroup(&state, &cgroup);
	if (r == 0 && !cgroup)
		r = fail(-ENOTSUP, "read statistics of %s: it has no cgroup", args[0]);
	if (r == 0 && flags->stats) {
		r = cgroup_stats(cgroup, &stats);
		if (r == 0)
			print_stats(args[0], cgroup, &stats);
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
