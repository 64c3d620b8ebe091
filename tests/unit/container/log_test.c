/* SPDX-License-Identifier: Apache-2.0 */
/* The log written and read back: lines, parts, rotation, tail, since, hostile bytes. Needs no root. */
#include "base/clock.h"
#include "base/dir.h"
#include "base/file.h"
#include "base/memory.h"
#include "container/log_read.h"
#include "container/log_write.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

struct ground {
	char path[32];
	int dir;
};

static int setup(void **state)
{
	static struct ground g;

	snprintf(g.path, sizeof g.path, "/tmp/hoy-test.XXXXXX");
	if (!mkdtemp(g.path))
		return -1;
	g.dir = open(g.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &g;
	return 0;
}

static int teardown(void **state)
{
	struct ground *g = *state;

	close(g->dir);
	return dir_remove_tree(AT_FDCWD, g->path);
}

static int gather(void *data, const struct log_record *record)
{
	buf_add(data, record->stream == LOG_STDERR ? "!" : "", record->stream == LOG_STDERR);
	buf_add(data, record->text, record->len);
	return 0;
}

static char *read_all(int dir, const char *name, int64_t tail)
{
	autobuf all = BUF_INIT;
	struct log_read how = { .tail = tail, .emit = gather, .data = &all };

	assert_int_equal(log_read(dir, name, &how), 0);
	return buf_take(&all);
}

static void lines_come_back_as_they_went(void **state)
{
	static const char hostile[] = "a\"b\\c\td\x01\xff\xc3\xa9\0z\n";
	struct ground *g = *state;
	struct log_writer *w = NULL;
	autofree char *text = NULL, *last = NULL;

	assert_int_equal(log_writer_open(g->dir, "log", &LOG_OPTIONS_DEFAULT, &w), 0);
	log_writer_add(w, LOG_STDOUT, "one\ntw", 6);
	log_writer_add(w, LOG_STDERR, "error\n", 6);
	log_writer_add(w, LOG_STDOUT, "o\n", 2);
	log_writer_idle(w);
	log_writer_add(w, LOG_STDOUT, "no end", 6);
	log_writer_close(&w);
	text = read_all(g->dir, "log", -1);
	assert_string_equal(text, "one\n!error\ntwo\nno end");
	last = read_all(g->dir, "log", 2);
	assert_string_equal(last, "two\nno end");

	assert_int_equal(log_writer_open(g->dir, "hostile", &LOG_OPTIONS_DEFAULT, &w), 0);
	log_writer_add(w, LOG_STDOUT, hostile, sizeof hostile - 1);
	log_writer_close(&w);
	xreplace(&text, NULL);
	text = read_all(g->dir, "hostile", -1);
	assert_memory_equal(text, "a\"b\\c\td\x01\xef\xbf\xbd\xc3\xa9\0z\n", 16);
}

static void long_lines_are_cut(void **state)
{
	struct ground *g = *state;
	struct log_writer *w = NULL;
	size_t len = 3 * LOG_TEXT_MAX + 5;
	autofree char *line = xmalloc(len + 1), *text = NULL, *last = NULL;

	memset(line, 'x', len);
	line[len] = '\n';
	assert_int_equal(log_writer_open(g->dir, "long", &LOG_OPTIONS_DEFAULT, &w), 0);
	for (size_t at = 0; at <= len; at += 4096)
		log_writer_add(w, LOG_STDOUT, line + at, len + 1 - at < 4096 ? len + 1 - at : 4096);
	log_writer_close(&w);
	text = read_all(g->dir, "long", -1);
	assert_int_equal(strlen(text), len + 1);
	last = read_all(g->dir, "long", 1);
	assert_string_equal(last, "xxxxx\n");
}

static void rotation_keeps_the_newest(void **state)
{
	struct ground *g = *state;
	struct log_options options = { .max_size = 1000, .max_file = 3 };
	struct log_writer *w = NULL;
	autofree char *text = NULL, *last = NULL;
	struct stat st;

	assert_int_equal(log_writer_open(g->dir, "turn", &options, &w), 0);
	for (int i = 0; i < 100; i++) {
		char line[16];

		snprintf(line, sizeof line, "line %03d\n", i);
		log_writer_add(w, LOG_STDOUT, line, strlen(line));
	}
	log_writer_close(&w);
	assert_int_equal(fstatat(g->dir, "turn.2", &st, 0), 0);
	assert_int_equal(fstatat(g->dir, "turn.3", &st, 0), -1);
	assert_true(st.st_size < 1100);
	text = read_all(g->dir, "turn", -1);
	assert_string_equal(text + strlen(text) - 9, "line 099\n");
	/* no line is missing or double between the oldest kept and the newest */
	for (int i = 0, first = atoi(text + 5); text[(size_t)i * 9]; i++)
		assert_int_equal(atoi(text + (size_t)i * 9 + 5), first + i);
	/* a tail that reaches back into a rotated file */
	last = read_all(g->dir, "turn", 20);
	assert_int_equal(strlen(last), 20 * 9);
	assert_memory_equal(last, "line 080\n", 9);
}

static void records_of_others_and_torn_lines(void **state)
{
	static const char foreign[] =
		"{\"log\":\"a\\u003cb\\n\",\"stream\":\"stderr\",\"attrs\":{\"x\":\"y\"},\"time\":\"2026-01-02T03:04:05Z\"}\n"
		"{\"log\":\"torn\n"
		"not json\n"
		"{\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:06+01:00\",\"log\":\"c\\n\"}\n";
	struct ground *g = *state;
	autofree char *text = NULL;

	assert_int_equal(file_write(g->dir, "foreign", foreign, sizeof foreign - 1, 0600, FILE_VOLATILE), 0);
	text = read_all(g->dir, "foreign", -1);
	assert_string_equal(text, "!a<b\nc\n");
}

/* Text that is @as in a record becomes @is, whichever way it is read; NULL: it is no record. */
static void decodes(const char *as, const char *is)
{
	autofree char *line = xasprintf("{\"log\":\"%s\",\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05.5Z\"}", as);
	autobuf text = BUF_INIT;
	struct log_record record = { 0 };
	int r = log_record_read(line, strlen(line), &text, &record);

	assert_int_equal(r, is ? 0 : -EINVAL);
	if (!is)
		return;
	assert_int_equal(record.len, strlen(is));
	assert_memory_equal(record.text, is, record.len);
	assert_int_equal(record.stream, LOG_STDERR);
	assert_int_equal(record.time, 1767323045500000000);
}

static void escapes_of_all_writers(void **state)
{
	(void)state;
	decodes("", "");
	decodes("\\n", "\n");
	decodes("plain, and longer than one block of bytes\\n", "plain, and longer than one block of bytes\n");
	decodes("{\\\"level\\\":\\\"info\\\",\\\"path\\\":\\\"C:\\\\x\\\"}\\n", "{\"level\":\"info\",\"path\":\"C:\\x\"}\n");
	decodes("\\u001b[31mred\\u001b[0m\\r\\n", "\x1b[31mred\x1b[0m\r\n");
	decodes("\\u003ca \\u0026 b\\u003E\\/\\t\\b\\f\\u007f", "<a & b>/\t\b\f\x7f");
	decodes("gr\xc3\xbc\xc3\x9f\\n", "gr\xc3\xbc\xc3\x9f\n");
	/* what only the JSON parser reads */
	decodes("\\u00e9 \\u2028 \\ud83d\\ude00\\n", "\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x98\x80\n");
	/* what nobody reads */
	decodes("\\x", NULL);
	decodes("\\u12", NULL);
	decodes("\\", NULL);
}

/* A line of each byte behind each number of plain ones, as one write and as many. */
static void every_byte_comes_back(void **state)
{
	struct ground *g = *state;
	static const char letters[] = "abcdefghijklmnopqrst";
	struct log_options options = { .max_size = -1, .max_file = 1 };
	struct log_writer *w = NULL;
	autobuf said = BUF_INIT;
	autofree char *text = NULL;

	for (int c = 1; c < 0x80; c++)
		for (int before = 0; before < 20 && c != '\n'; before++)
			buf_add_format(&said, "%.*s%c\xc3\xa9%.*s\n", before, letters, c, 19 - before, letters);
	assert_int_equal(log_writer_open(g->dir, "bytes", &options, &w), 0);
	log_writer_add(w, LOG_STDOUT, said.data, said.len);
	for (size_t at = 0; at < said.len; at += 7)
		log_writer_add(w, LOG_STDOUT, said.data + at, said.len - at < 7 ? said.len - at : 7);
	log_writer_close(&w);
	text = read_all(g->dir, "bytes", -1);
	assert_int_equal(strlen(text), 2 * said.len);
	assert_memory_equal(text, said.data, said.len);
	assert_memory_equal(text + said.len, said.data, said.len);
}

static void since_and_until(void **state)
{
	static const char lines[] = "{\"log\":\"1\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T00:00:01Z\"}\n"
				    "{\"log\":\"2\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T00:00:02Z\"}\n"
				    "{\"log\":\"3\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-01T00:00:03Z\"}\n";
	struct ground *g = *state;
	autobuf all = BUF_INIT;
	struct log_read how = { .tail = -1, .emit = gather, .data = &all };

	assert_int_equal(file_write(g->dir, "times", lines, sizeof lines - 1, 0600, FILE_VOLATILE), 0);
	assert_int_equal(clock_parse("2026-01-01T00:00:01.5Z", &how.since), 0);
	assert_int_equal(clock_parse("2026-01-01T00:00:02Z", &how.until), 0);
	assert_int_equal(log_read(g->dir, "times", &how), 0);
	assert_string_equal(all.data, "2\n");
	buf_clear(&all);
	assert_int_equal(log_read(g->dir, "missing", &how), 0);
	assert_int_equal(all.len, 0);
}

/* The writer goes on, rotating, each time the follower has read to the end. */
struct chase {
	struct log_writer *w;
	int written, seen;
};

static int see(void *data, const struct log_record *record)
{
	struct chase *c = data;
	int number;

	assert_int_equal(sscanf(record->text, "line %d", &number), 1);
	assert_int_equal(number, c->seen++);
	return 0;
}

static bool write_more(void *data)
{
	struct chase *c = data;

	for (int i = 0; i < 7 && c->written < 200; i++) {
		char line[32];

		snprintf(line, sizeof line, "line %d\n", c->written++);
		log_writer_add(c->w, LOG_STDOUT, line, strlen(line));
	}
	return c->written == 200;
}

static void a_follower_misses_nothing(void **state)
{
	struct ground *g = *state;
	struct log_options options = { .max_size = 900, .max_file = 3 };
	struct chase c = { 0 };
	struct log_read how = { .tail = -1, .follow = true, .emit = see, .ended = write_more, .data = &c };

	assert_int_equal(log_writer_open(g->dir, "chase", &options, &c.w), 0);
	assert_int_equal(log_read(g->dir, "chase", &how), 0);
	assert_int_equal(c.seen, 200);
	log_writer_close(&c.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_back_as_they_went),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(rotation_keeps_the_newest),
		cmocka_unit_test(records_of_others_and_torn_lines),
		cmocka_unit_test(escapes_of_all_writers),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(since_and_until),
		cmocka_unit_test(a_follower_misses_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
