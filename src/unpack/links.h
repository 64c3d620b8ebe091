/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Files with several names, so that an archive holds the content once: inode to the first name it was met under. */
#include <stddef.h>
#include <sys/stat.h>

#define LINKS_BYTES_MAX (256 * 1024 * 1024) /* of names; what comes later is stored as files of its own */

struct links {
	struct links_slot {
		dev_t device;
		ino_t inode;
		char *name; /* NULL: free */
	} * slots;
	size_t count, size; /* size: 0 or a power of two */
	size_t bytes;
};

void links_release(struct links *l);
/* The name this inode has already (borrowed), or NULL: then it has @name from now on. */
const char *links_name(struct links *l, const struct stat *st, const char *name);
