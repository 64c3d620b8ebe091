/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a container changed in its root file system: its upper directory beside the image's layers. Only the upper directory
 * is walked, and what it covers is looked at by name, so that it costs what was changed and not what the image holds. Names
 * and links in it are hostile and are never followed. Command process; the container may run.
 *
 * What hoy itself made to mount /proc, /dev, /etc/hosts and the like on is no change.
 */
#include "base/strv.h"
#include "container/handle.h"

#include <stddef.h>

struct diff_change {
	char kind;  /* 'A' added, 'C' changed, 'D' deleted, as `diff` prints them */
	char *path; /* absolute */
};

struct diff {
	struct diff_change *items; /* a directory before what is in it */
	size_t count, size;
	/* Paths below the upper directory, for whoever makes a layer of it: what hides the image's, and what is no change. */
	struct strv opaque, hidden;
};

void diff_release(struct diff *d);
/* -errno with words. */
int diff_read(const struct handle *h, struct diff *ret);
