/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Path words: pure text, nothing is looked up. Whether a path may be trusted is base/beneath.h's matter. */
#include <stdbool.h>

/* "a/b" from "a" and "b", with one slash between; caller frees. */
char *path_join(const char *dir, const char *name);
/* Lexical clean-up as Go's path.Clean: no "//", "." or resolvable ".."; an absolute path stays below "/". Caller frees. */
char *path_clean(const char *path);
/* @path as seen from the directory @dir, clean; caller frees. */
char *path_absolute(const char *dir, const char *path);
/* The part after the last slash. */
const char *path_base(const char *path);
/* The part before the last slash ("/" or "." where there is none); caller frees. */
char *path_parent(const char *path);
/* @path is @dir or lies below it (both clean). */
bool path_is_below(const char *path, const char *dir);
