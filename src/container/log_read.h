/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The reader of a container's log, across its rotated files, oldest first; for `logs` and `attach`. Runs in a command,
 * while the monitor may be writing and rotating. Takes no lock: a file that is renamed stays open until it is read.
 */
#include "container/log_record.h"

#include <stdbool.h>
#include <stdint.h>

struct log_read {
	int64_t tail;  /* how many records from the end; -1: all */
	int64_t since; /* nanoseconds since 1970; 0: from the beginning */
	int64_t until; /* nanoseconds since 1970; 0: to the end */
	bool follow;   /* wait for more until `ended` says that there will be none */
	/* Called for each record; a negative return ends the reading with that code, 1 ends it well. */
	int (*emit)(void *data, const struct log_record *record);
	/* For follow: nobody writes any more. Asked before the last look at the file, at least once a second. */
	bool (*ended)(void *data);
	void *data;
};

/* Reads the log NAME in @dirfd. Returns 0 or -errno with words; a missing log is empty. */
int log_read(int dirfd, const char *name, const struct log_read *how);
