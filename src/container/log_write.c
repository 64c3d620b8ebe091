/* SPDX-License-Identifier: Apache-2.0 */
#include "container/log_write.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "container/log_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUT_MAX (256 << 10) /* records gathered for one write */

struct log_writer {
	struct log_journal *journal; /* NULL: a file */
	int dirfd, fd;
	char *name;
	struct log_options options;
	int64_t size; /* of the current file */
	uint64_t lost;
	unsigned int gathered; /* records in out */
	struct buf out;        /* records on their way to the file */
	struct buf waiting[2]; /* by stream: a line without its end */
};

static int open_current(struct log_writer *w)
{
	struct stat st;
	int fd = openat(w->dirfd, w->name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno("open log %s", w->name);
	w->fd = fd;
	w->size = st.st_size;
	return 0;
}

int log_writer_open(int dirfd, const char *name, const struct log_options *options, struct log_writer **ret)
{
	struct log_writer *w = xnew(struct log_writer);
	int r;

	w->dirfd = dirfd;
	w->fd = -1;
	w->name = xstrdup(name);
	w->options = *options;
	w->out = w->waiting[0] = w->waiting[1] = BUF_INIT;
	r = open_current(w);
	if (r < 0) {
		log_writer_close(&w);
		return r;
	}
	*ret = w;
	return 0;
}

void log_writer_to_journal(struct log_journal **journal, struct log_writer **ret)
{
	struct log_writer *w = xnew(struct log_writer);

	w->dirfd = w->fd = -1;
	w->journal = take(journal);
	w->out = w->waiting[0] = w->waiting[1] = BUF_INIT;
	*ret = w;
}

/* NAME.1 -> NAME.2 and so on, then NAME -> NAME.1. With one file only, it begins anew. */
static void rotate(struct log_writer *w)
{
	if (w->options.max_file <= 1) {
		if (ftruncate(w->fd, 0) == 0)
			w->size = 0;
		return;
	}
	for (unsigned int i = w->options.max_file - 1; i > 0; i--) {
		autofree char *to = xasprintf("%s.%u", w->name, i);
		autofree char *from = i > 1 ? xasprintf("%s.%u", w->name, i - 1) : xstrdup(w->name);

		(void)renameat(w->dirfd, from, w->dirfd, to);
	}
	close(take_fd(&w->fd));
	(void)open_current(w); /* on failure records are counted as lost until it works again */
}

static void write_out(struct log_writer *w)
{
	int r;

	if (!w->out.len)
		return;
	if (w->fd < 0 && open_current(w) < 0) {
		w->lost += w->gathered;
	} else if ((r = fd_write_full(w->fd, w->out.data, w->out.len)) == 0) {
		w->size += (int64_t)w->out.len;
	} else {
		/* half a record must not stay: the next reader would stumble over it */
		(void)!ftruncate(w->fd, w->size);
		w->lost += w->gathered;
	}
	w->gathered = 0;
	buf_clear(&w->out);
}

static void add_to_journal(struct log_writer *w, enum log_stream stream, const char *text, size_t len)
{
	bool whole = text[len - 1] == '\n';

	if (log_journal_send(w->journal, stream, text, len - whole, !whole) < 0)
		w->lost++;
}

/* Before a record: the current file is not full. */
static void make_room(struct log_writer *w)
{
	if (w->options.max_size <= 0 || w->size + (int64_t)w->out.len < w->options.max_size)
		return;
	write_out(w);
	if (w->size >= w->options.max_size)
		rotate(w);
}

static void count_record(struct log_writer *w)
{
	w->gathered++;
	if (w->out.len >= OUT_MAX)
		write_out(w);
}

static void add_record(struct log_writer *w, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t len)
{
	if (w->journal) {
		add_to_journal(w, stream, text, len);
		return;
	}
	make_room(w);
	log_record_add(&w->out, stamp, stream, text, len);
	count_record(w);
}

/* A whole line of plain text, the usual: its length, or 0 for anything else. */
static size_t add_line(struct log_writer *w, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t len)
{
	size_t n;

	if (w->journal || w->waiting[stream].len)
		return 0;
	make_room(w);
	n = log_record_add_line(&w->out, stamp, stream, text, len);
	if (n)
		count_record(w);
	return n;
}

/* Adds @len bytes to the line that waits; writes it when it is whole or as long as a record may be. */
static void add_waiting(struct log_writer *w, const struct log_stamp *stamp, enum log_stream stream, const char *data, size_t len)
{
	struct buf *line = &w->waiting[stream];

	buf_add(line, data, len);
	if (line->len < LOG_TEXT_MAX && line->data[line->len - 1] != '\n')
		return;
	add_record(w, stamp, stream, line->data, line->len);
	buf_clear(line);
}

/* A line that is not so plain, the beginning of one, or what the one that waits goes on with: what was taken of it. */
static size_t add_part(struct log_writer *w, const struct log_stamp *stamp, enum log_stream stream, const char *data, size_t most)
{
	const char *end = memchr(data, '\n', most);
	size_t n = end ? (size_t)(end - data) + 1 : most;

	if (w->waiting[stream].len || (!end && n < LOG_TEXT_MAX))
		add_waiting(w, stamp, stream, data, n);
	else
		add_record(w, stamp, stream, data, n);
	return n;
}

void log_writer_add(struct log_writer *w, enum log_stream stream, const char *data, size_t len)
{
	struct log_stamp stamp;

	log_stamp_set(&stamp, clock_now());
	while (len) {
		size_t room = LOG_TEXT_MAX - w->waiting[stream].len, most = len < room ? len : room;
		size_t n = add_line(w, &stamp, stream, data, most);

		if (!n)
			n = add_part(w, &stamp, stream, data, most);
		data += n;
		len -= n;
	}
	write_out(w);
}

void log_writer_idle(struct log_writer *w)
{
	buf_release(&w->out);
	for (size_t i = 0; i < 2; i++)
		if (!w->waiting[i].len)
			buf_release(&w->waiting[i]);
}

uint64_t log_writer_lost(const struct log_writer *w)
{
	return w->lost;
}

void log_writer_close(struct log_writer **writer)
{
	struct log_writer *w = *writer;
	struct log_stamp stamp;

	if (!w)
		return;
	log_stamp_set(&stamp, clock_now());
	for (enum log_stream s = LOG_STDOUT; s <= LOG_STDERR; s++) {
		if (w->waiting[s].len)
			add_record(w, &stamp, s, w->waiting[s].data, w->waiting[s].len);
		buf_release(&w->waiting[s]);
	}
	write_out(w);
	log_journal_close(&w->journal);
	buf_release(&w->out);
	if (w->fd >= 0)
		close(w->fd);
	free(w->name);
	free(w);
	*writer = NULL;
}
