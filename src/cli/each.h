/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Commands that do one thing to several containers, networks or volumes: each name by itself, in the order they were typed. An
 * error of one is told at once and does not stop the others; the exit code is then 1, as Docker's. What a monitor that was killed
 * left behind is cleaned up first.
 */
#include "cli/command.h"
#include "container/handle.h"

/* Does it to what is called @name. 1: done, but the name is not to be printed. */
typedef int (*each_act)(const struct home *home, const char *name, void *data);
/*
 * Calls @act for each argument of @cli, and prints the argument when it returns 0 and @echo. @verb is for the words: "cannot
 * VERB NAME: …". Returns the exit code, or a negative errno with words.
 */
int each_name(const struct cli *cli, const char *verb, bool echo, each_act act, void *data);
/*
 * Calls @act for each argument of @cli with its container; the rest is as each_name's.
 */
int each_container(const struct cli *cli, const char *verb, bool echo, int (*act)(struct handle *h, void *data), void *data);
/* Opens store and home of @cli. Both are released by the caller, home first. */
int each_open(const struct cli *cli, struct store **ret_store, struct home **ret_home);
