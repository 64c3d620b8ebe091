/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The volumes of one container. ROOT/containers/ID/volumes names them, one a line ("named data", "anonymous 5f3c…"), and is
 * written before the first of them is made or marked as used: whoever undoes the container (undo.h), after whatever end, finds
 * there what to give up. Command process; at the end the monitor.
 */
#include "container/home.h"
#include "container/mount_point.h"

#include <sys/types.h>

/* Gives anonymous volumes of @list their names and writes the file into the container's directory @dir. */
int volume_use_note(int dir, struct mount_points *list);

/* What a volume starts with, and whose it becomes. */
struct volume_start {
	const char *id; /* of the container */
	int root;       /* the image's root (rootview.h) */
	uid_t uid;
	gid_t gid;
};
/*
 * Makes the volume of @p where it is missing, marks it as used, fills it if it is empty, and makes @p's mount of the spec.
 * Errors carry words that name the volume.
 */
int volume_use_begin(const struct home *home, const struct volume_start *start, struct mount_point *p);
/* Gives up what the container's file names; @remove: its anonymous volumes go, unless others use them. Errors are warnings. */
void volume_use_end(const struct home *home, const char *id, bool remove);
/* The volume @name is an anonymous one of the container whose directory is @dir. */
bool volume_use_is_anonymous(int dir, const char *name);
