/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What killed pulls, imports and builds of images left: blobs, half-fetched blobs and layers that no image names. Who makes
 * an image holds the blob store meanwhile (blobstore_hold), and nothing is collected then. Command process; after a pull the
 * one that syncs its layers.
 */
#include "image/store.h"

#include <stdint.h>

/* Half-fetched blobs are worth keeping for the next try: a pull leaves alone what is younger than this. */
#define COLLECT_AGE (24 * 3600)

/*
 * Removes what is at least @age seconds old; *@ret_bytes is what it held. Nothing is removed, and 0 returned, while an image
 * is being made, and when the documents of some image cannot be read.
 */
int image_collect(const struct store *s, int64_t age, uint64_t *ret_bytes);
