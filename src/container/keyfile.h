/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Files of NAME=value lines that the user names: --env-file and --label-file. Docker's rules: empty lines and lines that
 * begin with # are skipped, white space before a name is cut, none after it, and the value is all that follows the "=".
 */
#include "base/strv.h"

/*
 * Appends each line to @ret, "NAME=value" or a bare "NAME". A pipe is fine, too: --env-file <(program). @what is what a name
 * is called in the words: "variable", "label".
 */
int keyfile_read(const char *path, const char *what, struct strv *ret);
