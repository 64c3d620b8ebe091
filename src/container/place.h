/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the two paths of cp name, by Docker's rules: as a directory and a name in it, pinned by descriptors, so that nothing
 * that is looked at here is looked up again. The same for both sides: a container's root is hostile ground, and the user's
 * own "/" is a root like any other. Command process.
 */
#include <stdbool.h>
#include <sys/stat.h>

struct place {
	int dir;     /* O_PATH; owned */
	char *name;  /* in @dir, never followed; "." when the place is @dir itself */
	char *title; /* what an archive calls it: the last part of the path, "." for the content of a directory ("dir/.") */
	bool exists, is_directory;
	bool asserts_directory; /* the path ends with a slash, so a directory is meant */
	struct stat st;         /* where it exists */
};
#define PLACE_NONE ((struct place){ .dir = -1 })

void place_release(struct place *p);
/*
 * Where to copy from. A symlink as the last part is itself the source, unless @follow or the path ends with a slash; what
 * it leads to keeps the link's name. -ENOENT without words when there is none.
 */
int place_source(int root, const char *path, bool follow, struct place *ret);
/*
 * Where to copy to. Symlinks are followed to their end, dangling or not. -ENOENT without words when even the directory
 * around it is missing.
 */
int place_target(int root, const char *path, struct place *ret);
