/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the completion scripts of all shells are made of: the names of commands, and which options are offered. When hoy is built.
 */
#include "base/buf.h"
#include "cli/command.h"

#include <stdbool.h>

bool completion_offers(const struct option *option);
/* "image", "file" and their like have a meaning of their own; everything else is the list of words itself. */
bool completion_is_kind(const char *complete);
/* A string of the shell in single quotes. */
void completion_add_quoted(struct buf *out, const char *text);
/* Calls @visit for each name that a command can be called by: "run", and "container run" where @groups. */
void completion_each_name(struct buf *out, bool groups, void (*visit)(struct buf *out, const char *name, const struct command *c));
/* The management commands that have a member that works; @visit gets the names of these, parted by spaces. */
void completion_each_group(struct buf *out, void (*visit)(struct buf *out, const char *group, const char *members));
