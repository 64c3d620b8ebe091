/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Records for systemd's journal, by its native protocol: one datagram of FIELD=value lines to its socket, with the fields that
 * Docker's journald driver sets (journalctl CONTAINER_NAME=web). Runs in the monitor. A journal that does not take a record
 * for a second costs the record, not the container.
 */
#include "container/log_record.h"

#include <stdbool.h>

struct log_journal;

/* -ENOENT with Docker's words when no journal listens on this machine. */
int log_journal_check(void);
/* @id: 64 digits; @name and @image as the user knows them. */
int log_journal_open(const char *id, const char *name, const char *image, struct log_journal **ret);
/* One line without its newline, or (@partial) a piece of one. 0, or -errno without words: it is lost. */
int log_journal_send(struct log_journal *j, enum log_stream stream, const char *text, size_t len, bool partial);
void log_journal_close(struct log_journal **j);
