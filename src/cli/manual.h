/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The manual pages, made of the tables of commands and options when hoy is built (tools/gen_manual.c); nothing of this is
 * in the program hoy.
 */
#include "base/buf.h"
#include "cli/command.h"

/* hoy(1): the commands, the global options, files, environment, exit status. */
void manual_program(struct buf *out);
/* "hoy-run", "hoy-volume-create": the name of a command's page. */
void manual_page_name(struct buf *out, const struct command *command);
/* hoy-NAME(1). */
void manual_command(struct buf *out, const struct command *command);
