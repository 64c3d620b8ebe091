/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The last steps of what makes an image here (import, commit, load): layers into the store, then config, manifest and name,
 * in this order and each durable before the next, so that a kill in between leaves blobs and layers that nobody names.
 */
#include "base/buf.h"
#include "image/digest.h"
#include "image/imageconfig.h"
#include "image/manifest.h"
#include "image/store.h"
#include "image/unpack.h"

#include <stdint.h>

/* An empty file for a blob, without a name: nothing is left of it when this process is killed. */
int make_blob(const struct store *s);
/* Gives it its name in the blob store. One that is there already has the same content. */
int make_blob_named(const struct store *s, int blob, const char *digest);
/* The media type of a layer's blob, by its first bytes; static. */
int make_layer_type(int blob, const char **ret);
/*
 * Unpacks the layer @blob, read from its start, to layers/CHAIN, unless that is there: it must unpack to @diff_id. @result
 * has what it is. @parent is the chain id of the layer below, or NULL; @chain gets this one's.
 */
int make_layer(const struct store *s, int blob, const char *parent, const char *diff_id, char chain[DIGEST_MAX],
	       struct unpack_result *ret);

struct make_image {
	const char *reference; /* canonical, or NULL: it gets no name */
	const struct imageconfig *config;
	const struct buf *config_text;   /* the config as it came; NULL: written from @config */
	const struct buf *manifest_text; /* the manifest as it came; NULL: written from what follows */
	const struct descriptor *layers; /* lowest first */
	size_t layer_count;
};
/* -errno with words; *@ret_id is "sha256:…" of the config. */
int make_image(const struct store *s, const struct make_image *image, char ret_id[DIGEST_MAX]);
/* The canonical form of a name that an image is to get; NULL gives NULL. -EINVAL with words, for a digest, too. */
int make_reference(const char *text, char **ret);
