/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From a tar archive of a root filesystem to an image of one layer. Runs in the command; the archive itself is read by
 * hoy-unpack. The blob is stored as it came, and the whole is a valid OCI image in the store's layout.
 */
#include "base/strv.h"
#include "image/digest.h"
#include "image/platform.h"
#include "image/store.h"

struct import_options {
	int archive;                     /* tar, plain or gzip or zstd: a file or pipe, read to its end; used, not owned */
	const char *reference;           /* as typed, NULL: the image gets no name */
	const struct strv *changes;      /* Dockerfile instructions, or NULL */
	const char *message;             /* history comment, NULL: "Imported from -" as in Docker */
	const struct platform *made_for; /* NULL: this machine */
};

/*
 * Imports. *@ret_id is "sha256:…" of the config blob. Returns 0, or -errno with words: -EINVAL for a bad name or change
 * (before anything is read), -EBADMSG for a bad archive, … Killed at any moment it leaves a consistent store.
 */
int image_import(const struct store *s, const struct import_options *options, char ret_id[DIGEST_MAX]);
