/* SPDX-License-Identifier: Apache-2.0 */
#include "container/event_read.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/memory.h"
#include "container/event.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK      65536
#define NS_PER_MS  1000000
#define POLL_LIMIT 3600000 /* milliseconds: a clock that jumps is seen within an hour */

/* A file of the journal that is read; kept open, so that its inode's number is nobody else's. */
struct part {
	int fd;
	off_t offset; /* up to here it was read */
};

struct reader {
	const struct event_read *how;
	int runroot;
	struct part parts[2]; /* the old one and the one that is written */
	int64_t from;         /* what is older is left out */
};

static bool same_file(int fd, const struct stat *st)
{
	struct stat mine;

	return fd >= 0 && fstat(fd, &mine) == 0 && mine.st_ino == st->st_ino && mine.st_dev == st->st_dev;
}

/* What stands at the two names now: a file that was known keeps the place that was read up to. */
static int find_parts(struct reader *r)
{
	static const char *const names[] = { EVENT_FILE_OLD, EVENT_FILE };
	struct part now[] = { { .fd = -1 }, { .fd = -1 } };

	for (size_t i = 0; i < ARRAY_SIZE(now); i++) {
		struct stat st;

		now[i].fd = openat(r->runroot, names[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (now[i].fd < 0 && errno != ENOENT)
			return fail_errno("open the journal of events");
		for (size_t k = 0; now[i].fd >= 0 && fstat(now[i].fd, &st) == 0 && k < ARRAY_SIZE(now); k++)
			if (same_file(r->parts[k].fd, &st))
				now[i].offset = r->parts[k].offset;
	}
	for (size_t i = 0; i < ARRAY_SIZE(now); i++) {
		cleanup_fd(&r->parts[i].fd);
		r->parts[i] = now[i];
	}
	return 0;
}

/* A line that is cut off or no event (a disk was full) is left out. */
static int read_line(const struct reader *r, const char *line, size_t len)
{
	autojson struct json_object *event = NULL;
	int64_t time = 0;

	if (json_parse(line, len, EVENT_FILE, &event) < 0 || json_get_i64(event, EVENT_FILE, "timeNano", &time) != 1)
		return 0;
	if (time < r->from || (r->how->until && time > r->how->until))
		return 0;
	return r->how->emit(r->how->data, event);
}

/* All whole lines of @text; what follows the last of them comes with the next look. */
static int read_lines(const struct reader *r, const char *text, size_t len, size_t *ret_used)
{
	const char *end;
	int e = 0;

	*ret_used = 0;
	while (e >= 0 && (end = memchr(text + *ret_used, '\n', len - *ret_used))) {
		e = read_line(r, text + *ret_used, (size_t)(end - text) - *ret_used);
		*ret_used = (size_t)(end - text) + 1;
	}
	return e;
}

static int read_part(const struct reader *r, struct part *p)
{
	autofree char *text = xmalloc(CHUNK + EVENT_LINE_MAX);
	size_t used = 0;
	ssize_t n;
	int e = 0;

	do {
		n = p->fd < 0 ? 0 : pread(p->fd, text, CHUNK + EVENT_LINE_MAX, p->offset);
		if (n < 0 && errno != EINTR)
			return fail_errno("read the journal of events");
		if (n > 0)
			e = read_lines(r, text, (size_t)n, &used);
		p->offset += n > 0 ? (off_t)used : 0;
	} while (e >= 0 && (n < 0 || used > 0) && n != 0);
	return e;
}

static int look(struct reader *r)
{
	int e = find_parts(r);

	for (size_t i = 0; e >= 0 && i < ARRAY_SIZE(r->parts); i++)
		e = read_part(r, &r->parts[i]);
	return e;
}

/* Milliseconds to wait: at most up to the end. */
static int patience(const struct event_read *how)
{
	int64_t left = how->until ? (how->until - clock_now()) / NS_PER_MS + 1 : POLL_LIMIT;

	return left < 0 ? 0 : left > POLL_LIMIT ? POLL_LIMIT : (int)left;
}

static int follow(struct reader *r)
{
	autofd int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd changed = { .fd = watch, .events = POLLIN };
	char text[4096];
	int e;

	if (watch < 0 || inotify_add_watch(watch, fd_path(r->runroot, text), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		return fail_hint(fail_errno("watch the journal of events"), "the limit is fs.inotify.max_user_instances");
	for (;;) {
		bool over = r->how->until && clock_now() > r->how->until;

		e = look(r);
		if (e < 0 || over)
			return e;
		if (poll(&changed, 1, patience(r->how)) < 0 && errno != EINTR)
			return fail_errno("wait for events");
		while (read(watch, text, sizeof text) > 0) {
		}
	}
}

int event_read(const struct home *home, const struct event_read *how)
{
	struct reader r = { .how = how, .parts = { { .fd = -1 }, { .fd = -1 } } };
	int e;

	r.runroot = openat(home->running, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r.runroot < 0)
		return fail_errno("open %s", home->runroot);
	r.from = how->since ? how->since : how->until ? 0 : clock_now();
	e = follow(&r);
	for (size_t i = 0; i < ARRAY_SIZE(r.parts); i++)
		cleanup_fd(&r.parts[i].fd);
	cleanup_fd(&r.runroot);
	return e;
}
