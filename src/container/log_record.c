/* SPDX-License-Identifier: Apache-2.0 */
#include "container/log_record.h"

#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char head[] = "{\"log\":\"";
static const char *const stream_names[] = { [LOG_STDOUT] = "stdout", [LOG_STDERR] = "stderr" };

void log_stamp_set(struct log_stamp *stamp, int64_t now_ns)
{
	char time[CLOCK_TEXT_MAX];

	clock_format(now_ns, time);
	for (size_t i = 0; i < 2; i++)
		stamp->len[i] = (size_t)snprintf(stamp->tail[i], sizeof stamp->tail[i], ",\"stream\":\"%s\",\"time\":\"%s\"}\n",
						 stream_names[i], time);
}

static char *put(char *p, const char *bytes, size_t len)
{
	return (char *)memcpy(p, bytes, len) + len;
}

size_t log_record_add_line(struct buf *out, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t len)
{
	char *p;
	size_t n;

	buf_reserve(out, sizeof head + len + sizeof "\\n\"" + sizeof stamp->tail[0]);
	p = put(out->data + out->len, head, sizeof head - 1);
	n = json_copy_plain(p, text, len);
	if (n == len || text[n] != '\n') {
		out->data[out->len] = '\0';
		return 0;
	}
	p = put(p + n, "\\n\"", 3);
	p = put(p, stamp->tail[stream], stamp->len[stream]);
	*p = '\0';
	out->len = (size_t)(p - out->data);
	return n + 1;
}

/* Text that stands for itself. */
static void add_plain(struct buf *out, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t body,
		      size_t len)
{
	char *p;

	buf_reserve(out, sizeof head + len + sizeof "\\n\"" + sizeof stamp->tail[0]);
	p = put(out->data + out->len, head, sizeof head - 1);
	p = put(p, text, body);
	p = body < len ? put(p, "\\n\"", 3) : put(p, "\"", 1);
	p = put(p, stamp->tail[stream], stamp->len[stream]);
	*p = '\0';
	out->len = (size_t)(p - out->data);
}

void log_record_add(struct buf *out, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t len)
{
	size_t body = len && text[len - 1] == '\n' ? len - 1 : len;
	struct json_writer w;

	if (json_plain_length(text, body) == body) {
		add_plain(out, stamp, stream, text, body, len);
		return;
	}
	buf_add(out, head, sizeof head - 2); /* the quote is the string's */
	json_writer_init(&w, out, false);
	json_put_strn(&w, NULL, text, len);
	buf_add(out, stamp->tail[stream], stamp->len[stream]);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The length of the escape at @p and the character it stands for; 0 for one beyond ASCII, or none. */
static size_t read_escape(const char *p, const char *end, char *ret)
{
	static const char shorts[] = "n\n\"\"\\\\t\tr\rb\bf\f//";

	if (end - p < 2)
		return 0;
	for (const char *s = shorts; *s; s += 2)
		if (*s == p[1]) {
			*ret = s[1];
			return 2;
		}
	if (end - p < 6 || memcmp(p, "\\u00", 4) != 0 || p[4] < '0' || p[4] > '7' || hex_digit(p[5]) < 0)
		return 0;
	*ret = (char)(hex_digit(p[4]) << 4 | hex_digit(p[5]));
	return 6;
}

/*
 * Decodes the string whose text begins at @p into @text, which has room for all of it. Returns the quote that closes it, or
 * NULL where it is none, or one with escapes beyond ASCII.
 */
static const char *decode(const char *p, const char *end, struct buf *text)
{
	char *to = text->data;

	for (;;) {
		size_t n = json_copy_plain(to, p, (size_t)(end - p));

		p += n;
		to += n;
		if (p == end)
			return NULL;
		if (*p == '"') {
			*to = '\0';
			text->len = (size_t)(to - text->data);
			return p;
		}
		if (*p == '\\') {
			n = read_escape(p, end, to);
			if (!n)
				return NULL;
			p += n;
			to++;
			continue;
		}
		if ((unsigned char)*p < 0x20)
			return NULL;
		while (p < end && (unsigned char)*p >= 0x7f)
			*to++ = *p++;
	}
}

/* `","stream":"stdxxx","time":"…Z"}` */
static int read_tail(const char *p, const char *end, struct log_record *ret)
{
	static const char middle[] = "\",\"stream\":\"std", time_key[] = "\",\"time\":\"";
	char time[CLOCK_TEXT_MAX];
	size_t n;

	if (end - p < (ptrdiff_t)(sizeof middle - 1 + 3 + sizeof time_key - 1 + 2) || memcmp(p, middle, sizeof middle - 1) != 0)
		return -EINVAL;
	p += sizeof middle - 1;
	ret->stream = *p == 'e' ? LOG_STDERR : LOG_STDOUT;
	p += 3;
	if (memcmp(p, time_key, sizeof time_key - 1) != 0 || memcmp(end - 2, "\"}", 2) != 0)
		return -EINVAL;
	p += sizeof time_key - 1;
	n = (size_t)(end - 2 - p);
	if (n >= sizeof time)
		return -EINVAL;
	memcpy(time, p, n);
	time[n] = '\0';
	return clock_parse(time, &ret->time);
}

/* What hoy and Docker write, to the letter: {"log":"…","stream":"stdxxx","time":"…Z"}. 0, or -EINVAL: read it as JSON. */
static int read_usual(const char *line, size_t len, struct buf *text, struct log_record *ret)
{
	const char *close;

	if (len < sizeof head - 1 || memcmp(line, head, sizeof head - 1) != 0)
		return -EINVAL;
	buf_clear(text);
	buf_reserve(text, len);
	close = decode(line + sizeof head - 1, line + len, text);
	if (!close || read_tail(close, line + len, ret) < 0)
		return -EINVAL;
	ret->text = text->data;
	ret->len = text->len;
	return 0;
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
