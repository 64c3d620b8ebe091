/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The writer of a container's log: whole lines out of a stream of bytes, Docker's json-file records, and rotation:
 * NAME, NAME.1, NAME.2, … the oldest dropped. Runs in the monitor, which alone writes. A disk that is full costs records,
 * never the container: what could not be written is counted, and lines in the file stay whole.
 */
#include "container/log_record.h"

#include <stddef.h>
#include <stdint.h>

#define LOG_FILES_MAX 1000 /* as many as the reader looks for */

struct log_options {
	int64_t max_size;      /* bytes of one file; -1: never rotate */
	unsigned int max_file; /* files altogether, at least 1 */
};
/* hoy rotates unless told otherwise: a log must not fill the disk. */
#define LOG_OPTIONS_DEFAULT ((struct log_options){ .max_size = 10 * 1000 * 1000, .max_file = 3 })

struct log_writer;
struct log_journal; /* log_journal.h */

/* Opens NAME for appending (0600, made where it is missing). @dirfd must stay open as long as the writer. */
int log_writer_open(int dirfd, const char *name, const struct log_options *options, struct log_writer **ret);
/* A writer whose records go to the journal, which it takes over. */
void log_writer_to_journal(struct log_journal **journal, struct log_writer **ret);
/*
 * Takes what the container wrote. Complete lines are in the file when it returns; the beginning of a line waits for its
 * end, or for LOG_TEXT_MAX bytes. Never fails: see log_writer_lost.
 */
void log_writer_add(struct log_writer *w, enum log_stream stream, const char *data, size_t len);
/* Nothing came for a while: gives back the memory that only a busy log needs. */
void log_writer_idle(struct log_writer *w);
/* Records that could not be written (a full disk). */
uint64_t log_writer_lost(const struct log_writer *w);
/* Writes what waits for its newline, closes, frees. NULL allowed. */
void log_writer_close(struct log_writer **w);
