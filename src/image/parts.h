/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What images are made of: the chain ids of their layers and the digests of their blobs. Command process. */
#include "base/strv.h"
#include "image/store.h"

struct parts {
	struct strv chains; /* lowest first */
	struct strv blobs;
};

void parts_release(struct parts *p);
/* Adds the image of this config ("sha256:…"). -errno, perhaps without words, when its config cannot be read. */
int parts_add_image(const struct store *s, const char *id, struct parts *p);
/* Adds a manifest or an index, and what it lists. -errno likewise. */
int parts_add_manifest(const struct store *s, const char *digest, struct parts *p);
/*
 * Adds every image that has a name. *@ret_whole is false when some document could not be read: then what it names is missing
 * here, and nothing may be taken for unused.
 */
int parts_add_all(const struct store *s, struct parts *p, bool *ret_whole);
