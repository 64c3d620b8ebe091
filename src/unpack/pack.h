/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The other way: from a tree to an archive. The tree is hostile and may be changed while it is read: each directory is
 * opened by one openat2 inside the root, nothing is followed, only regular files are opened, and what is no longer what it
 * was is left out. hoy-unpack is chrooted there besides, and where the tree is a container's it is handed over on a mount
 * without devices that cannot be written to (container/view.h).
 *
 * Names come in the order of their bytes, files before directories, so that the same tree gives the same archive.
 */
#include "base/strv.h"
#include "unpack/sink.h"

#include <stdbool.h>
#include <stdint.h>

struct pack_options {
	int root;           /* used, not owned */
	const char *source; /* a name in the root; "." is all that is in it */
	const char *name;   /* what the archive calls it; "" : the names in it stand alone, and it gets no entry itself */
	bool layer;         /* an overlay's upper directory: whiteouts are written as OCI has them */
	bool nanoseconds;   /* times with their fractions */
	/* With @layer: paths in the root, sorted; their directories hide all that is below them, or they are left out. */
	const struct strv *opaque, *hidden;
};

struct pack_result {
	uint64_t size; /* bytes of files */
	uint64_t entries;
	char *changed; /* a file that became shorter while it was read, or NULL; the caller frees it */
};

/* Writes all of the archive but what sink_finish holds back. -errno with words. */
int pack_archive(const struct pack_options *options, struct sink *sink, struct pack_result *ret);
