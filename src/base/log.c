/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"

#include <string.h>
#include <unistd.h>

static struct {
	const char *program;
	enum log_level level;
	enum log_format format;
	int fd;
} log_state = { .program = "hoy", .level = LOG_WARNING, .fd = -1 };

void log_setup(const char *program, enum log_level level, enum log_format format, int fd)
{
	log_state.program = program;
	log_state.level = level;
	log_state.format = format;
	log_state.fd = fd;
}

int log_fd(void)
{
	return log_state.fd;
}

bool log_wants(enum log_level level)
{
	return level <= log_state.level;
}

static const char *const level_names[] = {
	[LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"
};

/* The three formats; logrus' names for time, level and msg are what callers of runc read. */
static void format_line(struct buf *out, enum log_level level, const char *text)
{
	char now[CLOCK_TEXT_MAX];
	struct json_writer w;

	switch (log_state.format) {
	case LOG_PLAIN:
		buf_add_format(out, "%s: ", log_state.program);
		if (level != LOG_ERROR && level != LOG_INFO)
			buf_add_format(out, "%s: ", level_names[level]);
		buf_add_str(out, text);
		break;
	case LOG_TEXT:
		buf_add_format(out, "time=\"%s\" level=%s msg=", clock_format(clock_now(), now), level_names[level]);
		json_writer_init(&w, out, false);
		json_put_str(&w, NULL, text);
		break;
	case LOG_JSON:
		json_writer_init(&w, out, false);
		json_begin_object(&w, NULL);
		json_put_str(&w, "level", level_names[level]);
		json_put_str(&w, "msg", text);
		json_put_str(&w, "time", clock_format(clock_now(), now));
		json_end_object(&w);
		break;
	}
	buf_add_char(out, '\n');
}

void log_line(enum log_level level, const char *format, ...)
{
	autobuf text = BUF_INIT, line = BUF_INIT;
	va_list ap;

	if (!log_wants(level))
		return;
	va_start(ap, format);
	buf_add_vformat(&text, format, ap);
	va_end(ap);
	format_line(&line, level, text.data);
	(void)fd_write_full(log_state.fd >= 0 ? log_state.fd : STDERR_FILENO, line.data, line.len);
}

void log_failure(int code)
{
	const char *hint = error_hint(code);

	log_line(LOG_ERROR, "%s", error_text(code));
	if (hint && log_state.format == LOG_PLAIN)
		log_line(LOG_ERROR, "hint: %s", hint);
}
