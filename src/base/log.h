/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What hoy tells besides results: warnings and, with --debug, what it does. Plain lines on stderr ("hoy: warning: …"),
 * or text or JSON lines in a file as runc's --log and --log-format write them. Errors are not logged where they happen:
 * they travel in the error chain, and main prints them once.
 */
#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_PLAIN, LOG_TEXT, LOG_JSON };

/* @program is put in front of plain lines. @fd -1 is stderr; it is used, not owned. */
void log_setup(const char *program, enum log_level level, enum log_format format, int fd);
/* The descriptor of the log file, or -1. */
int log_fd(void);
bool log_wants(enum log_level level);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_debug(...)                                    \
	do {                                              \
		if (log_wants(LOG_DEBUG))                 \
			log_line(LOG_DEBUG, __VA_ARGS__); \
	} while (0)
/* Prints the chain for @code as the program's last words: "hoy: cannot …" and the hint on a line of its own. */
void log_failure(int code);
