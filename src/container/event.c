/* SPDX-License-Identifier: Apache-2.0 */
#include "container/event.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/errno_name.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The runroot's descriptor is that of the directory in it which everybody keeps. */
#define IN_RUNROOT "../"

static void put_label(struct json_writer *w, const char *label)
{
	size_t len = strcspn(label, "=");
	autofree char *key = xstrndup(label, len);

	json_put_str(w, key, label[len] ? label + len + 1 : "");
}

static void write_line(const struct event *e, const struct strv *labels, struct buf *out)
{
	int64_t now = clock_now();
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "Type", e->type);
	json_put_str(&w, "Action", e->action);
	json_begin_object(&w, "Actor");
	json_put_str(&w, "ID", e->id);
	json_begin_object(&w, "Attributes");
	for (size_t i = 0; labels && i < labels->count; i++)
		put_label(&w, labels->items[i]);
	if (e->image)
		json_put_str(&w, "image", e->image);
	if (e->name)
		json_put_str(&w, "name", e->name);
	for (const char *const *m = e->more; m && *m; m += 2)
		json_put_str(&w, m[0], m[1]);
	json_end_object(&w);
	json_end_object(&w);
	json_put_str(&w, "scope", "local");
	json_put_i64(&w, "time", now / 1000000000);
	json_put_i64(&w, "timeNano", now);
	json_end_object(&w);
	buf_add_char(out, '\n');
}

/*
 * The file becomes the old one. Only who has its lock, and finds it still under its name, may rename it: of several that see
 * it full, one does. Who opened it before may write its line behind that; readers look at both.
 */
static void rotate(const struct home *home, int fd)
{
	struct stat mine, there;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &mine) == 0 &&
	    fstatat(home->running, IN_RUNROOT EVENT_FILE, &there, AT_SYMLINK_NOFOLLOW) == 0 && mine.st_ino == there.st_ino &&
	    mine.st_dev == there.st_dev)
		(void)renameat(home->running, IN_RUNROOT EVENT_FILE, home->running, IN_RUNROOT EVENT_FILE_OLD);
}

void event_add(const struct home *home, const struct event *event)
{
	autofd int fd = openat(home->running, IN_RUNROOT EVENT_FILE, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	autobuf line = BUF_INIT;
	ssize_t n;

	write_line(event, event->labels, &line);
	if (line.len > EVENT_LINE_MAX) {
		buf_clear(&line);
		write_line(event, NULL, &line);
	}
	n = fd < 0 ? -1 : write(fd, line.data, line.len);
	if (n < (ssize_t)line.len)
		log_debug("cannot write the event %s: %s", event->action, n < 0 ? errno_text(errno) : "only a part of it");
	else if (lseek(fd, 0, SEEK_CUR) > EVENT_FILE_MAX)
		rotate(home, fd);
}
