/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The user's terminal while a container's is shown on it. Command process. */
#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

struct terminal {
	int fd;   /* borrowed; -1: there is none */
	bool raw; /* it is raw now */
	struct termios saved;
};
#define TERMINAL_NONE ((struct terminal){ .fd = -1 })

/* Every key goes to the container, Ctrl-C and Ctrl-Z included. -errno with words. */
int terminal_raw(struct terminal *t);
/* As it was; fine when it was never raw. */
void terminal_restore(struct terminal *t);
/* -ENOTTY in Docker's words when stdin is none. */
int terminal_check(void);
/* Rows and columns of the terminal @fd; both 0 when it does not know. */
void terminal_size(int fd, uint16_t *ret_rows, uint16_t *ret_columns);
/* Changes the size of the terminal and nothing else, so that what runs on it draws itself again when it gets its size back. */
void terminal_nudge(int fd);
/* Gives the terminal @to the size of the terminal @from. */
void terminal_copy_size(int from, int to);
