/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Patterns of file names, as Docker's filters take them (Go's path.Match): '*' and '?' stand for anything but '/', [a-z] and
 * [^a-z] for one character, a backslash takes the next one as it is. The C library's fnmatch knows locales, which costs hoy
 * 20 KB.
 */
#include <stdbool.h>

/* A pattern that is none matches nothing. */
bool glob_matches(const char *pattern, const char *text);
