/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/moment.h"
#include "container/log_journal_read.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct logs_flags {
	bool follow, timestamps, details;
	const char *tail, *since, *until;
};

static const struct option logs_table[] = {
	{ 0, "details", OPTION_BOOL, offsetof(struct logs_flags, details), .help = "Show extra details provided to logs" },
	{ 'f', "follow", OPTION_BOOL, offsetof(struct logs_flags, follow), .help = "Follow log output" },
	{ 0, "since", OPTION_STRING, offsetof(struct logs_flags, since), "string",
	  "Show logs since a time (2013-01-02T13:23:37Z) or for a duration back (42m)", .check = moment_check },
	{ 'n', "tail", OPTION_STRING, offsetof(struct logs_flags, tail), "string",
	  "Number of lines to show from the end of the logs", .preset = "\"all\"" },
	{ 't', "timestamps", OPTION_BOOL, offsetof(struct logs_flags, timestamps), .help = "Show timestamps" },
	{ 0, "until", OPTION_STRING, offsetof(struct logs_flags, until), "string",
	  "Show logs before a time (2013-01-02T13:23:37Z) or a duration back (42m)", .check = moment_check },
	OPTIONS_END,
};

struct logs {
	struct handle handle;
	bool timestamps;
	bool broken[2]; /* the last record of the stream did not end its line */
	enum log_stream last;
};

static int emit(void *data, const struct log_record *record)
{
	struct logs *l = data;
	FILE *to = record->stream == LOG_STDERR ? stderr : stdout;
	char time[CLOCK_TEXT_MAX];

	/* both may be the same terminal: what was written first is to be seen first */
	if (record->stream != l->last)
		fflush(stdout);
	l->last = record->stream;
	if (l->timestamps && !l->broken[record->stream]) {
		fputs(clock_format(record->time, time), to);
		putc(' ', to);
	}
	l->broken[record->stream] = record->len > 0 && record->text[record->len - 1] != '\n';
	if (fwrite(record->text, 1, record->len, to) < record->len)
		return -EPIPE;
	return 0;
}

static bool ended(void *data)
{
	struct logs *l = data;

	fflush(stdout);
	return handle_refresh(&l->handle) < 0 || !handle_active(&l->handle);
}

static int read_tail(const char *text, int64_t *ret)
{
	uint64_t n;

	*ret = -1;
	/* Docker shows everything for what is no number */
	if (text && number_u64(text, &n) == 0 && n <= INT64_MAX)
		*ret = (int64_t)n;
	return 0;
}

static int check_driver(const struct plan *p)
{
	if (p->log != LOG_DRIVER_NONE)
		return 0;
	fail(-EINVAL, "configured logging driver does not support reading");
	return fail_hint(-EINVAL, "it was started with --log-driver none");
}

static int logs_run(const struct cli *cli, void *data)
{
	static char buffer[64 << 10]; /* of stdout, which outlives this function */
	const struct logs_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	struct logs l = { .handle = HANDLE_NONE, .timestamps = flags->timestamps };
	struct log_read how = { .follow = flags->follow, .emit = emit, .ended = ended, .data = &l };
	int r = each_open(cli, &store, &home);

	if (r == 0)
		r = handle_open(home, cli->args[0], &l.handle);
	if (r == 0)
		r = check_driver(&l.handle.record.plan);
	if (r == 0)
		r = read_tail(flags->tail, &how.tail);
	if (r == 0 && flags->since)
		r = moment_parse(flags->since, &how.since);
	if (r == 0 && flags->until)
		r = moment_parse(flags->until, &how.until);
	if (!isatty(STDOUT_FILENO))
		(void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	if (r == 0)
		r = l.handle.record.plan.log == LOG_DRIVER_JOURNALD ? log_journal_read(l.handle.record.id, &how)
								    : log_read(l.handle.dir, "log", &how);
	handle_release(&l.handle);
	fflush(stdout);
	return r < 0 && r != -EPIPE ? fail_while(r, "cannot show the logs of %s", cli->args[0]) : 0;
}

const struct command command_logs = {
	.name = "logs",
	.usage = "[OPTIONS] CONTAINER",
	.summary = "Fetch the logs of a container",
	.manual =
		"Prints what the container wrote to its standard output and error. One that runs in the foreground with --rm has no log: what it writes is shown where it was started.\n"
		"\n"
		"What went to systemd's journal (--log-driver journald) is read from there, by journalctl.\n",
	.options = logs_table,
	.options_size = sizeof(struct logs_flags),
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = logs_run,
	.complete = "container",
};
