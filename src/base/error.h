/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Errors: a negative errno for the machine, one chain of words per thread for the reader.
 *
 * A function that can fail returns 0 (or a count) or a negative errno. Words are added in two places only: the step that
 * touches kernel, disk or wire (fail, fail_errno), and the command that knows what the user named (fail_while). In
 * between it is plain `return r;`. The chain remembers the code it belongs to, so words that were left behind by an
 * error somebody handled are never shown for another one.
 *
 * Used in every process: a child in new namespaces sends its chain over a socket with error_pack and error_unpack.
 */
#include <stdbool.h>
#include <stddef.h>

#define ERROR_TEXT_MAX 2048
#define ERROR_HINT_MAX 1024

/* What crosses the socket between two of hoy's own processes. */
struct error_record {
	int code; /* negative errno */
	char text[ERROR_TEXT_MAX];
	char hint[ERROR_HINT_MAX];
};

/* Starts a chain with these words alone; @code is a negative errno and is returned. */
int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));
/* Starts a chain: "WORDS: reason of errno"; returns -errno. */
int fail_errno(const char *format, ...) __attribute__((format(printf, 1, 2), cold));
/* Starts a chain: "WORDS: reason of -code"; returns @code. */
int fail_code(int code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));
/* Puts a link in front of the chain: "WORDS: what was there"; returns @code. */
int fail_while(int code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));
/* Adds the likely cause, shown on a line of its own; returns @code. The last hint wins. */
int fail_hint(int code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/* The words for @code: the chain's, or strerror when no chain belongs to it. Valid until the next failure. */
const char *error_text(int code);
/* The hint for @code, or NULL. */
const char *error_hint(int code);
void error_clear(void);

void error_pack(int code, struct error_record *ret);
/* Makes the received record this thread's chain; returns its code (never 0 or positive). */
int error_unpack(const struct error_record *record);
