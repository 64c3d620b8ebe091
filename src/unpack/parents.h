/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Parent directories by their path, kept open: entries come directory by directory, and one openat2 for each directory is
 * cheaper than one for each file. A path is looked up again after anything that may lie on it was replaced.
 */
#include "base/buf.h"

#define PARENTS_SLOTS 32 /* a power of two */

struct parents {
	int root;
	struct {
		char *path;
		int fd;
	} slots[PARENTS_SLOTS];
};

void parents_init(struct parents *p, int root);
void parents_release(struct parents *p);
/* Forgets all: something that is no plain file was removed. */
void parents_forget(struct parents *p);
/*
 * An O_PATH descriptor of the directory @path (clean, "" is the root), made with 0755 where it is missing; borrowed
 * until the next call. -ENOTDIR, -ELOOP, … without words.
 */
int parents_get(struct parents *p, const char *path);
