/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --explain=script and anonymous volumes: those of the container that was built for the script are gone when it runs, so it
 * makes directories of its own, ${DIR}/volumes/N, and fills them as hoy would. Command process.
 */
#include "base/buf.h"
#include "base/strv.h"
#include "container/create.h"

/* The directories of @c's anonymous volumes, in the order of its mounts. */
void explain_volumes(const struct container *c, struct strv *ret);
/* The length of the volume's path that @text begins with, and its number in *@ret; 0: none. */
size_t explain_volume_at(const struct strv *volumes, const char *text, size_t *ret);
/* What is to be done in front of @command when it mounts one of them: appended to @out. */
void explain_volume_fill(const struct container *c, const struct strv *volumes, const char *command, struct buf *out);
/* The lines that make the directories. */
void explain_volumes_make(const struct strv *volumes, struct buf *out);
