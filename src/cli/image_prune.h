/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `image prune` does, for system prune, too. Command's process. */
#include "base/strv.h"
#include "container/home.h"

#include <stdbool.h>
#include <stdint.h>

struct image_prune {
	const struct home *home;
	bool all; /* not only those without a name */
	const struct strv *filters;
	int64_t until; /* nanoseconds since 1970, of the filter of this name; set by image_prune_check */
	bool heading;  /* of the list has been printed */
};
/* The filters are those there are. -EINVAL with words. */
int image_prune_check(struct image_prune *p);
/* Removes the images and prints a line for each; *@ret_bytes is what was freed. */
int image_prune(struct image_prune *p, uint64_t *ret_bytes);
