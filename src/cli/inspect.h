/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* `hoy inspect`, and the same for one kind of thing (`hoy volume inspect`). Command's process. */
#include "cli/command.h"

/*
 * Prints what is known of each argument; @type: only of this kind ("volume"), NULL: of any; @format as --format. Returns the
 * exit code or a negative errno with words.
 */
int inspect_print(const struct cli *cli, const char *type, const char *format);
