/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The process's terminal: a pty of the container's own devpts, /dev/console bound to it, its master handed to the caller
 * or to the console socket. Everything goes by descriptors: the slave is asked of the master (TIOCGPTPEER, Linux 4.13),
 * never opened by its name (CVE-2025-52565). Init's half.
 */

struct init;

/* A new pty, its master handed over; for a process that joins the container. *@ret_slave is owned by the caller. */
int console_open(struct init *in, int *ret_slave);
/* The same for init, with /dev/console. Before pivot_root. *@ret_slave is owned by the caller. */
int console_create(struct init *in, int *ret_slave);
/* Makes the slave 0, 1, 2 and the session's controlling terminal. */
int console_take(int slave);
