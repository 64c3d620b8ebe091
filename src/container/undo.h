/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The undo journal. A container's volatile directory RUNROOT/containers/ID is made first and removed last; who makes or runs
 * the container holds a lock (flock) on it, which ends with the process whatever killed it. Before anything is made that
 * outlives a process, the file "undo" in it says so; whoever finds the directory with a free lock undoes what is written:
 *
 *	cgroup PATH    kill what is in it, remove it
 *	network NAME   its addresses and ports in this network are free again
 *	name NAME      the name is given up     } unless a line
 *	volumes        with the directory the container's anonymous volumes go (volume_use.h)
 *	directory      ROOT/containers/ID goes  } "keep" follows: then the container has ended and stays as a record
 */
#include "container/home.h"

#include <stdbool.h>

/*
 * Makes the volatile directory and takes its lock. Returns the directory's descriptor, which holds the lock and is shared by
 * fork; or -errno with words.
 */
int undo_begin(const struct home *home, const char *id);
/* The same without waiting: -EAGAIN without words when another process makes, runs or removes the container. */
int undo_begin_now(const struct home *home, const char *id);
/*
 * Writes the journal: all of it, before the first of it is made. What an earlier one says of cgroups and networks stays in it.
 * @cgroup may be NULL; @keep: the container was there before and stays.
 */
int undo_write(int fd, const char *name, const char *cgroup, bool keep);
/* Adds that anonymous volumes go with the directory, too. */
int undo_volumes(int fd);
/* Adds one line, "@what @name", before what it says is made. */
int undo_note(int fd, const char *what, const char *name);
/* From here on the container is kept as a record when it ends. */
int undo_keep(int fd);
/*
 * Undoes what the journal of the directory @fd (whose lock the caller holds) says and removes it; @cgroup_gone: the caller
 * removed the cgroup itself. Errors are warnings: the next command tries again.
 */
void undo_run(const struct home *home, const char *id, int fd, bool cgroup_gone);
/*
 * The lock of another container's directory, without waiting: the descriptor, -EAGAIN when somebody holds it, -ENOENT when
 * there is none (both without words).
 */
int undo_try_lock(const struct home *home, const char *id);
/*
 * Waits for its lock to be free, for two seconds at most: a process of a container whose monitor was killed is being killed, too,
 * and has the lock until it is gone.
 */
void undo_wait(const struct home *home, const char *id);
