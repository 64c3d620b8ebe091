/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Unpacked layers: layers/HEX/ with diff/ (the directory tree, with overlay whiteouts), size, done, and settled. HEX is of
 * the chain id, so the same layers below make the same directory. A layer is unpacked in layers/.tmp-*, whose directory is
 * locked (flock) by the unpacking command: an unlocked one is rubbish that a kill left behind.
 *
 * done holds the boot id of the kernel that unpacked it: until the machine is switched off its page cache is as good as
 * the disk. settled appears when all is on the disk (image/settle.h). A layer without it from an earlier boot may have
 * empty files in it, and counts as none.
 */
#include "image/store.h"

#include <stdbool.h>
#include <stdint.h>

struct layer_draft {
	char name[40]; /* ".tmp-…" below layers/ */
	int fd;        /* that directory; holds the lock */
	int diff;      /* the empty directory to unpack into, or -1 */
};
#define LAYER_DRAFT_NONE ((struct layer_draft){ .fd = -1, .diff = -1 })

/* A finished layer of this chain id ("sha256:…") is here. Costs one look, or two small files until it is settled. */
bool layer_ready(const struct store *s, const char *chain);
/* The absolute path of its diff directory. Caller frees. */
char *layer_path(const struct store *s, const char *chain);
/* Bytes of its files; 0 where that is not known. */
int64_t layer_size(const struct store *s, const char *chain);

/* The same of all layers together. */
int64_t layer_total(const struct store *s);

/* Makes a place to unpack into. Caller ends it with layer_commit or layer_drop. */
int layer_begin(const struct store *s, struct layer_draft *ret);
/* The tree is whole and checked: it becomes the layer @chain. One that another command finished meanwhile is kept. */
int layer_commit(const struct store *s, struct layer_draft *draft, const char *chain, int64_t size);
/* All of it is known to be on the disk. */
bool layer_settled(const struct store *s, const char *chain);
/* Says so. */
void layer_settle(const struct store *s, const char *chain);
/* Removes it; fine for LAYER_DRAFT_NONE and after layer_commit. */
void layer_drop(const struct store *s, struct layer_draft *draft);
/* Removes the drafts that nobody holds. */
void layer_clean(const struct store *s);
/* Removes a layer: it is made a draft first, so that a kill in between leaves no half layer. */
int layer_remove(const struct store *s, const char *chain);
