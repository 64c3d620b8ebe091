/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Completion scripts for shells, made of the tables of commands and options when hoy is built (tools/gen_manual.c);
 * nothing of this is in the program hoy. Options that are not supported are not offered.
 */
#include "base/buf.h"

void completion_bash(struct buf *out);
void completion_zsh(struct buf *out);
void completion_fish(struct buf *out);
