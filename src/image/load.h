/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From an archive of images to images: what `docker save` wrote in any version, and OCI layouts. The archive is unpacked by
 * hoy-unpack into a draft (image/layer.h); what lies there is a stranger's: only regular files are opened, each is found
 * inside the draft, and is what its digest says or the load fails. Runs in the command.
 */
#include "image/platform.h"
#include "image/store.h"

#include <stdint.h>

/* What the caller hears. */
struct load_events {
	/* An image is here. @name is canonical, or NULL; @id is "sha256:…". */
	void (*loaded)(void *data, const char *name, const char *id);
	/* A layer is about to be unpacked; its blob has @size bytes. */
	void (*layer)(void *data, const char *diff_id, int64_t size);
	void *data;
	const struct platform *platform; /* which images of the archive; NULL: those for this machine, or the only ones */
};

/*
 * Reads the archive @fd (plain, gzip or zstd) to its end. -EBADMSG with words when it is damaged or no archive of images.
 * Killed at any moment it leaves a consistent store.
 */
int image_load_archive(const struct store *s, int fd, const struct load_events *events);
