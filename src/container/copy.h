/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * `hoy cp`: one end packs what is in a directory it cannot leave, the other unpacks it in a directory it cannot leave, and a
 * pipe is between them (image/pack.h, image/unpack.h). hoy itself only finds the two directories (container/place.h). The
 * rules of names are Docker's: a target that is a directory gets the source inside, "dir/." is the content of a directory,
 * another target is the name that the source gets. Command process.
 */
#include "container/handle.h"

#include <stdbool.h>
#include <stdint.h>

struct copy_options {
	const char *inside; /* the path in the container */
	const char *local;  /* the path here; "-": an archive on standard input or output */
	/*
	 * Owners as they are at the source. Without it what comes out of a container is the caller's, and without what gives
	 * rights: devices, setuid and setgid bits, capabilities.
	 */
	bool archive;
	bool follow; /* a symlink as the last part of the source is followed */
};

/* *@ret_bytes is the size of the archive that went through. -errno with words. */
int copy_out(struct handle *h, const struct copy_options *o, uint64_t *ret_bytes);
int copy_in(struct handle *h, const struct copy_options *o, uint64_t *ret_bytes);
/* `hoy export`: the root file system without what is mounted in it, as an archive to @fd. */
int copy_export(struct handle *h, int fd);
