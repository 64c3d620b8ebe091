/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Images that nobody needs: for `image prune` and `system prune`. Command process. */
#include "container/home.h"
#include "image/imageconfig.h"

#include <stdbool.h>
#include <stdint.h>

struct prune_images {
	bool all;                                                        /* those that have a tag, too */
	bool (*wanted)(const struct imageconfig *config, void *data);    /* NULL: all of them */
	void (*untagged)(const char *reference, void *data);             /* a name that is taken away; NULL: nobody is told */
	void (*deleted)(const char *digest, const char *id, void *data); /* an image or a layer of it, and the image's id; NULL */
	void *data;
};
/*
 * Removes the images that no container was made from and none mounts, and after that what no image names (image/collect.h).
 * *@ret_bytes is what they held.
 */
int prune_images(const struct home *home, const struct prune_images *p, uint64_t *ret_bytes);
