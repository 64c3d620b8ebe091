/* SPDX-License-Identifier: Apache-2.0 */
#include "container/brief.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/fd.h"
#include "base/json_scan.h"
#include "base/memory.h"
#include "container/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define SIZE_LIMIT (4 << 20)

void brief_release(struct brief *b)
{
	free(b->id);
	free(b->name);
	free(b->image);
	free(b->image_id);
	free(b->command);
	free(b->network);
	strv_release(&b->labels);
	strv_release(&b->exposed);
	strv_release(&b->mounts);
	strv_release(&b->targets);
	state_release(&b->state);
	*b = (struct brief){ 0 };
}

/* One open, one read, one close: hoy's own files are small, and what a read does not fill was all of it. */
static int read_quickly(int dirfd, const char *path, struct buf *ret)
{
	autofd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = 0;

	buf_clear(ret);
	if (fd < 0)
		return -errno;
	do {
		buf_reserve(ret, 8191);
		n = read(fd, ret->data + ret->len, ret->size - ret->len - 1);
		if (n < 0)
			return -errno;
		ret->len += (size_t)n;
	} while (ret->len + 1 == ret->size && ret->len < SIZE_LIMIT);
	ret->data[ret->len] = '\0';
	return 0;
}

static int64_t read_time(struct json_span value)
{
	char text[CLOCK_TEXT_MAX];
	int64_t ns = 0;

	/* year 1 is how Go writes "never" */
	if (value.len < 3 || value.len > sizeof text || memcmp(value.text, "\"0001", 5) == 0)
		return 0;
	memcpy(text, value.text + 1, value.len - 2);
	text[value.len - 2] = '\0';
	return clock_parse(text, &ns) == 0 ? ns : 0;
}

/* The members of an object as KEY=VALUE, or its keys alone. */
static void read_pairs(struct json_span object, bool values, struct strv *ret)
{
	struct json_walk walk = json_walk(object);

	while (json_walk_next(&walk)) {
		/* the key with its quotes is a string like any other */
		autofree char *key = json_scan_str((struct json_span){ walk.key.text - 1, walk.key.len + 2 });
		autofree char *value = values ? json_scan_str(walk.value) : NULL;

		if (key && values)
			strv_add_format(ret, "%s=%s", key, value ? value : "");
		else if (key)
			strv_add_owned(ret, take(&key));
	}
}

static void read_mounts(struct json_span array, struct brief *b)
{
	struct json_walk list = json_walk(array);

	while (json_walk_next(&list)) {
		autofree char *name = json_scan_str(json_scan_member(list.value, "Name"));
		autofree char *source = json_scan_str(json_scan_member(list.value, "Source"));
		autofree char *target = json_scan_str(json_scan_member(list.value, "Destination"));
		bool named = name && *name;

		strv_add(&b->mounts, named ? name : source ? source : "");
		strv_add(&b->targets, target ? target : "");
		b->local_volumes += json_scan_is(json_scan_member(list.value, "Driver"), "local");
	}
}

static void read_config(struct json_span config, struct brief *b)
{
	struct json_walk walk = json_walk(config);

	while (json_walk_next(&walk))
		if (json_walk_is(&walk, "Image"))
			b->image = json_scan_str(walk.value);
		else if (json_walk_is(&walk, "Labels"))
			read_pairs(walk.value, true, &b->labels);
		else if (json_walk_is(&walk, "ExposedPorts"))
			read_pairs(walk.value, false, &b->exposed);
}

static void read_record(struct json_span record, struct brief *b)
{
	struct json_walk walk = json_walk(record);
	struct json_span arguments = { 0 };
	autofree char *path = NULL;
	autostrv words = { 0 };

	while (json_walk_next(&walk))
		if (json_walk_is(&walk, "Id"))
			b->id = json_scan_str(walk.value);
		else if (json_walk_is(&walk, "Name"))
			b->name = json_scan_str(walk.value);
		else if (json_walk_is(&walk, "Created"))
			b->created = read_time(walk.value);
		else if (json_walk_is(&walk, "Image"))
			b->image_id = json_scan_str(walk.value);
		else if (json_walk_is(&walk, "Path"))
			path = json_scan_str(walk.value);
		else if (json_walk_is(&walk, "Args"))
			arguments = walk.value;
		else if (json_walk_is(&walk, "Mounts"))
			read_mounts(walk.value, b);
		else if (json_walk_is(&walk, "Config"))
			read_config(walk.value, b);
		else if (json_walk_is(&walk, "HostConfig"))
			b->network = json_scan_str(json_scan_member(walk.value, "NetworkMode"));
	strv_add(&words, path ? path : "");
	json_scan_strv(arguments, &words);
	b->command = strv_join(&words, " ");
	if (b->image_id && strncmp(b->image_id, "sha256:", 7) == 0)
		memmove(b->image_id, b->image_id + 7, strlen(b->image_id) - 6);
}

static void read_state(struct json_span state, struct brief *b)
{
	struct json_walk walk = json_walk(state);
	struct state *s = &b->state;

	while (json_walk_next(&walk))
		if (json_walk_is(&walk, "Status"))
			for (size_t i = 0; i < STATUS_COUNT; i++) {
				if (json_scan_is(walk.value, state_name((enum container_status)i)))
					s->status = (enum container_status)i;
			}
		else if (json_walk_is(&walk, "Pid"))
			s->pid = (pid_t)json_scan_i64(walk.value);
		else if (json_walk_is(&walk, "MonitorPid"))
			s->monitor = (pid_t)json_scan_i64(walk.value);
		else if (json_walk_is(&walk, "MonitorStart"))
			s->monitor_start = (uint64_t)json_scan_i64(walk.value);
		else if (json_walk_is(&walk, "ExitCode"))
			s->exit_code = (int)json_scan_i64(walk.value);
		else if (json_walk_is(&walk, "Health"))
			for (size_t i = 0; i < HEALTH_COUNT; i++) {
				if (json_scan_is(walk.value, state_health_name((enum container_health)i)))
					s->health = (enum container_health)i;
			}
		else if (json_walk_is(&walk, "StartedAt"))
			s->started = read_time(walk.value);
		else if (json_walk_is(&walk, "FinishedAt"))
			s->finished = read_time(walk.value);
	state_check(s);
}

struct each {
	const struct home *home;
	int (*visit)(struct brief *b, void *data);
	void *data;
	struct buf text;
};

static int visit_one(int dirfd, const char *id, void *data)
{
	struct each *each = data;
	autocall(brief_release) struct brief b = { 0 };
	char path[128];
	int r;

	(void)dirfd;
	snprintf(path, sizeof path, "%.64s/record.json", id);
	if (read_quickly(each->home->containers, path, &each->text) < 0)
		return 0;
	read_record((struct json_span){ each->text.data, each->text.len }, &b);
	if (!b.id || !b.name || !b.image_id || !b.image)
		return 0;
	snprintf(path, sizeof path, "%.64s/state.json", id);
	r = read_quickly(each->home->containers, path, &each->text);
	if (r < 0 && r != -ENOENT) /* no file is the state "created" */
		return 0;
	if (r == 0)
		read_state((struct json_span){ each->text.data, each->text.len }, &b);
	if (b.state.status == STATUS_RUNNING && mark_is(each->home, id, MARK_PAUSED))
		b.state.status = STATUS_PAUSED;
	return each->visit(&b, each->data);
}

int brief_each(const struct home *home, bool running, int (*visit)(struct brief *b, void *data), void *data)
{
	struct each each = { home, visit, data, BUF_INIT };
	int r = dir_each(running ? home->running : home->containers, ".", visit_one, &each);

	buf_release(&each.text);
	return r;
}
