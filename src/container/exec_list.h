/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which further processes a container has, as `inspect` shows them (ExecIDs): one file each in the container's volatile
 * directory, locked by the process that keeps it (exec_keeper.h). The kernel gives the lock back whatever ends that process, so
 *what is listed is there; a file that a killed one left goes with the directory.
 *
 *	RUNROOT/containers/ID/exec-EXECID
 */
#include "base/strv.h"
#include "container/home.h"

#define EXEC_ID_MAX 65 /* 64 hex digits and a NUL */

/* Lists @exec of the container @id for as long as the descriptor that is returned stays open; -ENOENT without words: it has ended.
 */
int exec_list_add(const struct home *home, const char *id, const char *exec);
void exec_list_remove(const struct home *home, const char *id, const char *exec);
/* Adds the ids of those that are there to @ret. */
void exec_list_read(const struct home *home, const char *id, struct strv *ret);
