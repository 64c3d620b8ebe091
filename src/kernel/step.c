/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/step.h"

#include "base/clock.h"
#include "base/errno_name.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "kernel/fault.h"
#include "kernel/hint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
	enum explain mode;
	enum step_side side;
	int fd;
	char line[4096];
	size_t len;
} listener = { .fd = -1 };

void step_explain(enum explain mode, int fd)
{
	listener.mode = mode;
	listener.fd = fd;
}

enum explain step_explain_mode(void)
{
	return listener.mode;
}

int step_explain_fd(void)
{
	return listener.mode == EXPLAIN_OFF ? -1 : listener.fd;
}

void step_set_side(enum step_side side)
{
	listener.side = side;
}

bool step_heard(void)
{
	return listener.mode != EXPLAIN_OFF || log_wants(LOG_DEBUG);
}

int step_begin(struct step *step, const char *name, const char *why)
{
	*step = (struct step){ .name = name, .why = why };
	if (step_heard()) {
		listener.len = 0;
		listener.line[0] = '\0';
		step->began = clock_monotonic();
	}
	return fault_check(name);
}

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list ap)
{
	int n = vsnprintf(listener.line + listener.len, sizeof listener.line - listener.len, format, ap);

	if (n > 0)
		listener.len += (size_t)n;
	if (listener.len >= sizeof listener.line)
		listener.len = sizeof listener.line - 1;
}

void step_say(struct step *step, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
	step->said = true;
}

/* One write for one line: command, monitor and init share the descriptor and must not mix their lines. */
static void print_line(const char *command, const char *why)
{
	static const char sides[] = { [STEP_HOST] = 'H', [STEP_NETWORK] = 'N', [STEP_CONTAINER] = 'C', [STEP_CLEANUP] = 'X' };
	char out[sizeof listener.line + 512];
	int n;

	if (listener.mode == EXPLAIN_SCRIPT)
		n = snprintf(out, sizeof out, "%c\t%s%s%s\n", sides[listener.side], command, why ? "\t# " : "", why ? why : "");
	else
		n = snprintf(out, sizeof out, "%-60s%s%s\n", command, why ? "  # " : "", why ? why : "");
	if (n > (int)sizeof out - 1)
		n = sizeof out - 1;
	(void)fd_write_full(listener.fd, out, (size_t)n);
}

/* An error is one line, whatever was to be written. */
static void join_lines(char *words)
{
	for (; *words; words++)
		if (*words == '\n')
			*words = ' ';
}

/* Commands name the root filesystem "$ROOT"; whoever reads an error thinks of paths in the container. */
static void hide_root(char *words)
{
	static const char root[] = "$ROOT";
	const size_t len = sizeof root - 1;

	for (char *at = strstr(words, root); at; at = strstr(at + 1, root)) {
		bool whole = at[len] != '/';

		if (whole)
			*at = '/';
		memmove(at + whole, at + len, strlen(at + len) + 1);
	}
}

int step_end(struct step *step, int result, const char *format, ...)
{
	char words[1024];
	const char *hint;
	va_list ap;

	if (step->said && listener.mode != EXPLAIN_OFF && result >= 0)
		print_line(listener.line, step->why);
	if (step->said && log_wants(LOG_DEBUG))
		log_debug("%s (%lld us)%s%s", listener.line, (long long)(clock_monotonic() - step->began) / 1000,
			  result < 0 ? ": " : "", result < 0 ? errno_text(-result) : "");
	listener.len = 0; /* of a batch (netlink.h), each step is said when it ends */
	if (result >= 0)
		return result;
	va_start(ap, format);
	vsnprintf(words, sizeof words, format, ap);
	va_end(ap);
	hide_root(words);
	join_lines(words);
	fail_code(result, "%s", words);
	hint = hint_for(step->name, -result);
	return hint ? fail_hint(result, "%s", hint) : result;
}

void step_remark(const char *format, ...)
{
	char text[1024];
	va_list ap;

	if (listener.mode == EXPLAIN_OFF)
		return;
	text[0] = '#';
	text[1] = ' ';
	va_start(ap, format);
	vsnprintf(text + 2, sizeof text - 2, format, ap);
	va_end(ap);
	print_line(text, NULL);
}

void step_fault_setup(void)
{
	fault_setup();
}
