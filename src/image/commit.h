/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From what a container wrote to an image: its upper directory is packed as one more layer on those of the image it was made
 * from. Two steps, because the container may have to stand still during the first. Runs in the command.
 */
#include "base/strv.h"
#include "image/digest.h"
#include "image/imageconfig.h"
#include "image/store.h"

#include <stdbool.h>
#include <stdint.h>

/* A layer in a blob that has no name yet. */
struct commit_layer {
	int blob;
	char digest[DIGEST_MAX], diff_id[DIGEST_MAX];
	int64_t size; /* compressed */
	bool empty;   /* there is nothing in it */
};
#define COMMIT_LAYER_NONE ((struct commit_layer){ .blob = -1 })

void commit_layer_release(struct commit_layer *l);
/*
 * @upper: an overlay's upper directory. @opaque and @hidden: paths in it, see image/pack.h. *@ret_changed names a file that
 * changed while it was read (caller frees), or is NULL.
 */
int commit_pack(const struct store *s, int upper, const struct strv *opaque, const struct strv *hidden, struct commit_layer *ret,
		char **ret_changed);

/* The documents of the image that @id ("sha256:…") is: its config, and its layers' descriptors. -ENOENT with words. */
struct manifest;
struct commit_base {
	struct imageconfig config;
	struct manifest *manifest;
};
void commit_base_release(struct commit_base *b);
int commit_base_find(const struct store *s, const char *id, struct commit_base *ret);

/*
 * Makes the image: @base's config, which the caller has changed to what the image shall be (its history has a last entry for
 * this layer), gets the layer. @reference as typed, or NULL. *@ret_id is "sha256:…". Killed at any moment it leaves a
 * consistent store.
 */
int commit_image(const struct store *s, const struct commit_layer *layer, struct commit_base *base, const char *reference,
		 char ret_id[DIGEST_MAX]);
