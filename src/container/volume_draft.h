/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A directory ROOT/volumes/.tmp-*: a volume that is not one yet, or no longer. Its maker holds a lock (flock) on it; found
 * without one it is rubbish of a killed command.
 */
#include "image/store.h"

#include <stdbool.h>

#define VOLUMES "volumes" /* below ROOT */

struct volume_draft {
	const struct store *store; /* borrowed */
	int fd;                    /* the directory; holds the lock */
	char name[32];             /* ".tmp-…"; "" once it has moved to its place */
};
#define VOLUME_DRAFT_NONE ((struct volume_draft){ .fd = -1 })

/* Makes an empty one. */
int volume_draft_begin(const struct store *s, struct volume_draft *ret);
/* Takes the volume @name, whose lock is held as @fd, out of its place: it is a draft then, to be dropped. */
int volume_draft_take(const struct store *s, const char *name, int fd, struct volume_draft *ret);
/* Moves it to its place. -EEXIST without words when a volume of that name is there. */
int volume_draft_commit(struct volume_draft *d, const char *name, bool durable);
/* Removes it unless it was committed. Errors are warnings: what is left is swept up later. */
void volume_draft_drop(struct volume_draft *d);
/* Removes drafts that nobody holds. */
void volume_draft_sweep(const struct store *s);
