/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The reader of what a container wrote into systemd's journal (log_journal.h), for `logs`. systemd's own journalctl reads the
 * journal's files, and hands over its export format (systemd.io/JOURNAL_EXPORT_FORMATS); hoy links nothing of it. Command process.
 */
#include "container/log_read.h"

/* As log_read, of the container @id. -ENOENT with words where there is no journalctl. */
int log_journal_read(const char *id, const struct log_read *how);
/*
 * One entry of the export format at the beginning of @len bytes: its record, which points into them, and in *@ret_cursor (with its
 * length) the entry's name, for --after-cursor. Returns how many bytes it has, 0 when its end is not there yet, or -EBADMSG without
 * words.
 */
struct log_entry {
	struct log_record record;
	const char *cursor;
	size_t cursor_len;
	bool partial; /* the line goes on in the next */
};
ssize_t log_entry_take(const char *bytes, size_t len, struct log_entry *ret);
