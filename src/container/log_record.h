/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One record of a container's log, in the format of Docker's json-file driver:
 *
 *	{"log":"a line\n","stream":"stdout","time":"2026-01-02T03:04:05.000000006Z"}
 *
 * A record without "\n" at its end is a part of a longer line. Written by the monitor, read by `hoy logs` and by whatever
 * reads Docker's logs. Both directions are on the path of gigabytes and have a fast way for what is usual.
 */
#include "base/buf.h"

#include <stdint.h>

enum log_stream { LOG_STDOUT, LOG_STDERR };

/* Bytes of text in one record; what is longer is cut into several, as Docker does (16 KiB). */
#define LOG_TEXT_MAX 16384

/* The tail of a record for a moment in time: `,"stream":…,"time":"…"}\n`, made once for all lines of one read. */
struct log_stamp {
	char tail[2][96]; /* by stream */
	size_t len[2];
};
void log_stamp_set(struct log_stamp *stamp, int64_t now_ns);

/* Adds the record of @text to @out. Bytes that are not UTF-8 become U+FFFD, as Docker's do. */
void log_record_add(struct buf *out, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t len);

/*
 * Adds the record of the line that @text begins with, when it is one of plain ASCII and ends within @len: most are, and need
 * no more than one look at them. Returns its length with the newline; 0: nothing was added, log_record_add does it.
 */
size_t log_record_add_line(struct buf *out, const struct log_stamp *stamp, enum log_stream stream, const char *text, size_t len);

struct log_record {
	enum log_stream stream;
	int64_t time; /* nanoseconds since 1970 */
	const char *text;
	size_t len;
};
/*
 * Reads one line of a log file (@len without its newline); its text is in @text. Records of other writers, with more or
 * reordered members, are read too. -EINVAL without words for what is no record (a torn line after a power cut).
 */
int log_record_read(const char *line, size_t len, struct buf *text, struct log_record *ret);
