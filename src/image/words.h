/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Words as Dockerfiles write them: parted by white space, quoted with ' or ", escaped with a backslash, with $NAME,
 * ${NAME}, ${NAME:-else} and ${NAME:+then} replaced from a list of variables. Pure text.
 */
#include "base/strv.h"

/* Parts @text; quotes and backslashes stay in the words, so that words_expand can see them. -EINVAL with words. */
int words_split(const char *text, struct strv *ret);
/* One word without its quotes, variables of @env (NAME=value) filled in. Caller frees *@ret. -EINVAL with words. */
int words_expand(const char *word, const struct strv *env, char **ret);
/* The array when @text is a JSON array of strings (exec form); false for anything else, which is then shell form. */
bool words_json(const char *text, struct strv *ret);
