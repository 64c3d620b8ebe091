/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Removing an image: its config, its manifests, and the layers and blobs that no other image needs. The names are the
 * caller's matter (image/catalog.h): when this is called none is left. Command process.
 */
#include "base/strv.h"
#include "image/store.h"

/*
 * @id, or NULL where another name keeps the image, and @digests: what the removed names stood for (manifests and indexes,
 * "sha256:…"). What was removed is added to @ret_removed as Docker lists it: the image's id, then chain ids, the topmost
 * first. Something that another command removed meanwhile is no error.
 */
int image_remove(const struct store *s, const char *id, const struct strv *digests, struct strv *ret_removed);
