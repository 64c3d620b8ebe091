/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Owner, mode, attributes and time of what was made; each only where it differs from what it has already. */
#include "image/tar_read.h"

#include <stdbool.h>
#include <time.h>

/* Regular files and directories, by their open descriptor, after the data was written. @mode is what it shall have. */
struct meta {
	const struct tar_entry *entry;
	bool privileged;
	bool keep_mode;     /* it has its mode already, and nothing that is done here changes it */
	bool keep_defaults; /* default ACLs are left for meta_finish_directory, lest files made below inherit them */
	bool keep_time;
};

int meta_set(int fd, const struct meta *meta);
/* Links, devices and pipes: @name in @dir, never followed. The current directory is changed where attributes need it. */
int meta_set_at(int dir, const char *name, const struct tar_entry *entry, bool privileged);
/* The mtime as utimensat wants it (atime is the same, as in Docker). */

void meta_times(const struct tar_entry *entry, struct timespec ret[2]);
