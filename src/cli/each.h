/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Commands that do one thing to several containers: each name by itself, in the order they were typed. An error of one is
 * told at once and does not stop the others; the exit code is then 1, as Docker's. What a monitor that was killed left
 * behind is cleaned up first.
 */
#include "cli/command.h"
#include "container/handle.h"

/*
 * Calls @act for each argument of @cli with its container, and prints the argument when it returns 0 and @echo. @verb is
 * for the words: "cannot VERB NAME: …". Returns the exit code, or a negative errno with words.
 */
int each_container(const struct cli *cli, const char *verb, bool echo, int (*act)(struct handle *h, void *data), void *data);
/* Opens store and home of @cli. Both are released by the caller, home first. */
int each_open(const struct cli *cli, struct store **ret_store, struct home **ret_home);
