/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* --help in Docker's layout, written from the tables of command.h and options.h. */
#include "cli/command.h"

#include "base/buf.h"

#include <stdio.h>

/* `hoy --help`: the commands by group and the global options. @width: columns to wrap at. */
void help_program(struct buf *out, unsigned int width);
/* `hoy NAME --help` (@name as it was typed: "run", "container run"). */
void help_command(struct buf *out, const char *name, const struct command *command, unsigned int width);
/* `hoy image`: the members of a management command. */
void help_group(struct buf *out, const struct command_row *row);
/* The list "Options:" alone, under this heading; nothing when there is none to show. */
void help_options(struct buf *out, const char *heading, const struct option *table, unsigned int width);
/* The terminal's width, or 80. */
unsigned int help_width(void);
