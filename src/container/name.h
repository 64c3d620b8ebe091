/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Names of containers: names/NAME is a symlink to ../containers/ID. Making one is a single call that fails when the name is
 * taken, so two commands can never give one name to two containers, no lock is needed, and a reader can walk it. Command process;
 * the monitor releases the name of a --rm container.
 */
#include "container/home.h"

/* Docker's rule: [a-zA-Z0-9][a-zA-Z0-9_.-]+, and at most 255 bytes, for it is a file's name. -EINVAL with words. */
int name_check(const char *name);
/* "ADJECTIVE_NOUN" in @text; with @attempt > 0 a number follows, for the unlucky. Returns @text. */
#define NAME_TEXT_MAX 64
const char *name_generate(unsigned int attempt, char text[NAME_TEXT_MAX]);
/* Makes @name stand for @id (64 hex digits). -EEXIST without words when it is taken. */
int name_reserve(const struct home *home, const char *name, const char *id);
/* The id that @name stands for; caller frees. -ENOENT without words. */
int name_find(const struct home *home, const char *name, char **ret_id);
/* Gives the name up if it still stands for @id. */
void name_release(const struct home *home, const char *name, const char *id);
