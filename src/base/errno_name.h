/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Names and texts of error numbers: the same words whichever C library hoy is linked with (musl's differ, and it has no names). */

/* "ENOENT"; NULL for a number that is none. */
const char *errno_name(int number);
/* "No such file or directory", as glibc has it; valid until the next call for a number that is none. */
const char *errno_text(int number);
/* 0 for a name that is none. */
int errno_number(const char *name);
