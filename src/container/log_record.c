/* SPDX-License-Identifier: Apache-2.0 */
#include "container/log_record.h"

#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const stream_names[] = { [LOG_STDOUT] = "stdout", [LOG_STDERR] = "stderr" };

void log_stamp_set(struct log_stamp *stamp, int64_t now_ns)
{
	char time[CLOCK_TEXT_MAX];

	clock_format(now_ns, time);
	for (size_t i = 0; i < 2; i++)
		stamp->len[i] = (size_t)snprintf(stamp->tail[i], sizeof stamp->tail[i], ",\"stream\":\"%s\",\"time\":\"%s\"}\n",
						 stream_names[i], time);
}

/* Eight bytes at a time: has any of them a value that JSON must escape, or that may not be UTF-8? */
static bool word_is_plain(const char *p)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
	uint64_t w, quote, backslash, control;

	memcpy(&w, p, sizeof w);
	quote = w ^ ones * '"';
	backslash = w ^ ones * '\\';
	control = w - ones * 0x20;
	quote = (quote - ones) & ~quote;
	backslash = (backslash - ones) & ~backslash;
	return ((w | quote | backslash | (control & ~w)) & tops) == 0;
}

static size_t plain_length(const char *text, size_t len)
{
	size_t i = 0;

	while (i + 8 <= len && word_is_plain(text + i))
		i += 8;
	while (i < len && text[i] >= 0x20 && text[i] != '"' && text[i] != '\\')
		i++; /* plain char is signed here: 0x80 and above compare as negative */
	return i;
}

void log_record_add(struct buf *out, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t len)
{
	size_t body = len && text[len - 1] == '\n' ? len - 1 : len;

	buf_reserve(out, len + 128);
	buf_add(out, "{\"log\":", 7);
	if (plain_length(text, body) == body) {
		buf_add_char(out, '"');
		buf_add(out, text, body);
		if (body < len)
			buf_add(out, "\\n\"", 3);
		else
			buf_add_char(out, '"');
	} else {
		struct json_writer w;

		json_writer_init(&w, out, false);
		json_put_strn(&w, NULL, text, len);
	}
	buf_add(out, stamp->tail[stream], stamp->len[stream]);
}

/* What hoy and Docker write, to the letter: {"log":"…","stream":"stdxxx","time":"…Z"}. 0, or -EINVAL: read it as JSON. */
static int read_usual(const char *line, size_t len, struct buf *text, struct log_record *ret)
{
	static const char head[] = "{\"log\":\"", middle[] = "\",\"stream\":\"std", time_key[] = "\",\"time\":\"";
	const char *p = line + sizeof head - 1, *end = line + len, *close;
	char time[CLOCK_TEXT_MAX];
	size_t n;

	if (len < sizeof head - 1 || memcmp(line, head, sizeof head - 1) != 0)
		return -EINVAL;
	n = plain_length(p, (size_t)(end - p));
	close = p + n;
	ret->text = p;
	ret->len = n;
	if (end - close > 3 && memcmp(close, "\\n\"", 3) == 0) {
		/* the newline that every whole line has, behind plain text: the only copy of the fast way */
		buf_clear(text);
		buf_add(text, p, n);
		buf_add_char(text, '\n');
		ret->text = text->data;
		ret->len = text->len;
		close += 2;
	}
	if (end - close < (ptrdiff_t)(sizeof middle - 1 + 3 + sizeof time_key) || memcmp(close, middle, sizeof middle - 1) != 0)
		return -EINVAL;
	p = close + sizeof middle - 1;
	ret->stream = *p == 'e' ? LOG_STDERR : LOG_STDOUT;
	p += 3;
	if (memcmp(p, time_key, sizeof time_key - 1) != 0)
		return -EINVAL;
	p += sizeof time_key - 1;
	close = memchr(p, '"', (size_t)(end - p));
	if (!close || end - close != 2 || close[1] != '}' || close - p >= (ptrdiff_t)sizeof time)
		return -EINVAL;
	memcpy(time, p, (size_t)(close - p));
	time[close - p] = '\0';
	return clock_parse(time, &ret->time);
}

static int read_any(const char *line, size_t len, struct buf *text, struct log_record *ret)
{
	autojson struct json_object *o = NULL;
	struct json_object *log;
	const char *stream = "stdout", *time = NULL;

	if (json_parse(line, len, "log", &o) < 0 || json_get_str(o, "", "stream", &stream) < 0 ||
	    json_get_str(o, "", "time", &time) != 1)
		return -EINVAL;
	log = json_get(o, "log");
	if (!log || !json_object_is_type(log, json_type_string) || clock_parse(time, &ret->time) < 0)
		return -EINVAL;
	buf_clear(text);
	/* by length: a log may hold NUL bytes */
	buf_add(text, json_object_get_string(log), (size_t)json_object_get_string_len(log));
	ret->text = text->data;
	ret->len = text->len;
	ret->stream = strcmp(stream, "stderr") == 0 ? LOG_STDERR : LOG_STDOUT;
	return 0;
}

int log_record_read(const char *line, size_t len, struct buf *text, struct log_record *ret)
{
	int r = read_usual(line, len, text, ret);

	return r < 0 ? read_any(line, len, text, ret) : 0;
}
