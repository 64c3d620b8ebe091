/* SPDX-License-Identifier: Apache-2.0 */
#include "container/log_journal_read.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/process.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK     (64 << 10)
#define ENTRY_MAX (1 << 20)
#define TAIL_MAX  1000000
#define WAIT_MS   500 /* between two looks whether the container has ended */

/* The last records of a journal that is read from a time on: what journalctl cannot choose by itself. */
struct ring {
	struct log_record *items; /* with text of their own */
	size_t size, next;        /* next: how many there were */
};

struct reading {
	const char *id;
	const struct log_read *how;
	struct ring ring; /* size 0: none is needed */
	struct buf block; /* bytes read and not yet taken as entries */
	struct buf text;
	char *cursor; /* of the last entry that was read */
	bool skip;    /* only the cursor is wanted */
	bool done;
};

/* A field in the form for any bytes: its name, the length in eight bytes, the bytes. 0: more is needed. */
static ssize_t take_binary(const char *at, size_t len, const char **ret_value, size_t *ret_len)
{
	uint64_t size;

	if (len < sizeof size)
		return 0;
	memcpy(&size, at, sizeof size);
	size = le64toh(size);
	if (size > ENTRY_MAX)
		return -EBADMSG;
	if (len < sizeof size + size + 1)
		return 0;
	*ret_value = at + sizeof size;
	*ret_len = (size_t)size;
	return at[sizeof size + size] == '\n' ? (ssize_t)(sizeof size + size + 1) : -EBADMSG;
}

static bool is(const char *name, size_t len, const char *wanted)
{
	return strlen(wanted) == len && memcmp(name, wanted, len) == 0;
}

static void take_field(const char *name, size_t name_len, const char *value, size_t len, struct log_entry *e)
{
	if (is(name, name_len, "MESSAGE")) {
		e->record.text = value;
		e->record.len = len;
	} else if (is(name, name_len, "PRIORITY")) {
		e->record.stream = is(value, len, "3") ? LOG_STDERR : LOG_STDOUT;
	} else if (is(name, name_len, "CONTAINER_PARTIAL_MESSAGE")) {
		e->partial = is(value, len, "true");
	} else if (is(name, name_len, "__CURSOR")) {
		e->cursor = value;
		e->cursor_len = len;
	} else if (is(name, name_len, "__REALTIME_TIMESTAMP")) {
		uint64_t us = 0;

		if (number_take(&(const char *){ value }, 10, &us) == 0 && us <= INT64_MAX / 1000)
			e->record.time = (int64_t)us * 1000;
	}
}

ssize_t log_entry_take(const char *bytes, size_t len, struct log_entry *ret)
{
	struct log_entry e = { .record.text = "" };
	const char *at = bytes, *end = bytes + len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *equals, *value;
		size_t name_len, value_len;
		ssize_t n;

		if (!newline)
			return 0;
		if (newline == at) {
			*ret = e;
			return at + 1 - bytes;
		}
		equals = memchr(at, '=', (size_t)(newline - at));
		name_len = (size_t)((equals ? equals : newline) - at);
		if (equals) {
			value = equals + 1;
			value_len = (size_t)(newline - value);
			n = 0;
		} else {
			n = take_binary(newline + 1, (size_t)(end - newline - 1), &value, &value_len);
			if (n <= 0)
				return n;
		}
		take_field(at, name_len, value, value_len, &e);
		at = newline + 1 + n;
	}
	return 0;
}

static int emit(struct reading *g, const struct log_record *record)
{
	int r = g->how->emit(g->how->data, record);

	g->done = g->done || r == 1;
	return r < 0 ? r : 0;
}

static void keep(struct ring *ring, const struct log_record *record)
{
	struct log_record *place = &ring->items[ring->next++ % ring->size];

	free((char *)place->text);
	*place = *record;
	place->text = memcpy(xmalloc(record->len + 1), record->text, record->len);
}

static int take_entry(struct reading *g, const struct log_entry *e)
{
	struct log_record record = e->record;

	free(g->cursor);
	g->cursor = e->cursor ? xstrndup(e->cursor, e->cursor_len) : NULL;
	if (g->skip || record.time < g->how->since)
		return 0;
	if (g->how->until && record.time > g->how->until) {
		g->done = true;
		return 0;
	}
	buf_clear(&g->text);
	buf_add(&g->text, record.text, record.len);
	if (!e->partial)
		buf_add_char(&g->text, '\n');
	record.text = g->text.data;
	record.len = g->text.len;
	if (!g->ring.size)
		return emit(g, &record);
	keep(&g->ring, &record);
	return 0;
}

static int take_entries(struct reading *g)
{
	size_t at = 0;
	ssize_t n = 0;
	int r = 0;

	while (r == 0 && !g->done && at < g->block.len) {
		struct log_entry e;

		n = log_entry_take(g->block.data + at, g->block.len - at, &e);
		if (n <= 0)
			break;
		r = take_entry(g, &e);
		at += (size_t)n;
	}
	if (n < 0 || g->block.len - at > ENTRY_MAX)
		return fail(-EBADMSG, "read the journal: journalctl says something else than entries");
	memmove(g->block.data, g->block.data + at, g->block.len - at);
	buf_truncate(&g->block, g->block.len - at);
	return r;
}

/* Reads to the end of what journalctl says; with @follow until the container has ended. */
static int read_entries(struct reading *g, int from, bool follow)
{
	while (!g->done) {
		struct pollfd f = { .fd = from, .events = POLLIN };
		ssize_t n;
		int r;

		/* asked only when nothing waits: it also lets what was emitted be seen */
		if (follow && poll(&f, 1, 0) == 0) {
			if (g->how->ended(g->how->data))
				return 0;
			if (poll(&f, 1, WAIT_MS) <= 0)
				continue;
		}
		buf_reserve(&g->block, BLOCK);
		n = read(from, g->block.data + g->block.len, BLOCK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? fail_errno("read what journalctl says") : 0;
		g->block.len += (size_t)n;
		g->block.data[g->block.len] = '\0';
		r = take_entries(g);
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *find_journalctl(void)
{
	static const char *const places[] = { "/usr/bin/journalctl", "/bin/journalctl" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static int start(const struct strv *args, int out, struct process *ret)
{
	struct process_spawn spawn = { .path = find_journalctl(),
				       .argv = (char *const *)strv_array(args),
				       .stdio = { -1, out, STDERR_FILENO } };

	if (spawn.path)
		return process_spawn(&spawn, ret);
	fail(-ENOENT, "its records are in the journal, which journalctl reads, and there is none in /usr/bin");
	return fail_hint(-ENOENT, "journalctl is a part of systemd");
}

/* What was sent to the journal is in it when this returns; where it cannot be asked, what is there is all. */
static void sync_journal(void)
{
	autostrv args = { 0 };
	autocall(process_end) struct process child = PROCESS_NONE;
	autofd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status;

	strv_add(&args, "journalctl");
	strv_add(&args, "--sync");
	if (start(&args, null, &child) < 0 || process_wait(&child, &status) < 0)
		error_clear();
}

/*
 * One journalctl: all entries of the container, or those behind the last one read. Whoever can write to the journal can say that a
 * record is of this container; the sender's user is the journal's own word, so that only what hoy wrote as root is root's.
 */
static int run(struct reading *g, const char *lines, bool follow)
{
	autostrv args = { 0 };
	autocall(process_end) struct process child = PROCESS_NONE;
	autofd int from = -1, to = -1;
	int fds[2], r;

	strv_add(&args, "journalctl");
	strv_add(&args, "--quiet");
	strv_add(&args, "--no-pager");
	strv_add(&args, "--output=export");
	strv_add(&args, "--output-fields=MESSAGE,PRIORITY,CONTAINER_PARTIAL_MESSAGE");
	strv_add_format(&args, "--lines=%s", lines);
	if (g->cursor)
		strv_add_format(&args, "--after-cursor=%s", g->cursor);
	else if (g->how->since && strcmp(lines, "all") == 0)
		strv_add_format(&args, "--since=@%lld", (long long)(g->how->since / 1000000000));
	if (follow)
		strv_add(&args, "--follow");
	strv_add_format(&args, "CONTAINER_ID_FULL=%s", g->id);
	if (!process_is_rootless())
		strv_add(&args, "_UID=0");
	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("create a pipe");
	from = fds[0];
	to = fds[1];
	r = start(&args, to, &child);
	close(take_fd(&to));
	buf_clear(&g->block);
	return r < 0 ? r : read_entries(g, from, follow);
}

static int show_ring(struct reading *g)
{
	struct ring ring = g->ring;
	size_t first = ring.next > ring.size ? ring.next - ring.size : 0;
	int r = 0;

	g->ring.size = 0;
	for (size_t i = first; i < ring.next; i++) {
		struct log_record *record = &ring.items[i % ring.size];

		if (r == 0)
			r = emit(g, record);
		free((char *)record->text);
	}
	free(ring.items);
	return r;
}

static int read_journal(struct reading *g)
{
	const struct log_read *how = g->how;
	bool chosen = how->since || how->until;
	char lines[24] = "all";
	bool ended = how->follow && how->ended(how->data);
	int r = 0;

	g->skip = how->tail == 0;
	if (how->tail > 0 && chosen) {
		g->ring.size = how->tail < TAIL_MAX ? (size_t)how->tail : TAIL_MAX;
		g->ring.items = xcalloc(g->ring.size, sizeof *g->ring.items);
	} else if (how->tail >= 0) {
		snprintf(lines, sizeof lines, "%lld", (long long)(g->skip ? 1 : how->tail));
	}
	sync_journal();
	r = run(g, lines, false);
	if (g->ring.size) {
		bool done = g->done;
		int shown = show_ring(g);

		r = r < 0 ? r : shown;
		g->done = g->done || done;
	}
	g->skip = false;
	if (r < 0 || !how->follow || g->done)
		return r;
	if (!ended)
		r = run(g, "all", true);
	/* what it wrote last may not have come yet */
	sync_journal();
	return r < 0 || g->done ? r : run(g, "all", false);
}

int log_journal_read(const char *id, const struct log_read *how)
{
	struct reading g = { .id = id, .how = how, .block = BUF_INIT, .text = BUF_INIT };
	int r = how->tail == 0 && !how->follow ? 0 : read_journal(&g);

	buf_release(&g.block);
	buf_release(&g.text);
	free(g.cursor);
	return r;
}
