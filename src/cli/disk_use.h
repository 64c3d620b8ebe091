/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What containers, images and volumes take up on disk, for `system df`. Reads all files of containers and volumes. Command's
 * process; takes no lock. */
#include "container/brief.h"
#include "image/catalog.h"

#include <stdint.h>

struct disk_image {
	const struct catalog_entry *entry; /* in disk_use.catalog */
	int64_t created;                   /* nanoseconds since 1970; 0: unknown */
	uint64_t shared;                   /* bytes of its layers that another image has, too */
	size_t containers;
};

struct disk_container {
	struct brief brief;
	uint64_t size;
};

struct disk_volume {
	char *name, *labels; /* "a=b,c=d" */
	size_t users;
	uint64_t size;
};

struct disk_use {
	struct catalog catalog;
	struct disk_image *images; /* one a name */
	size_t image_count;
	size_t distinct_images, active_images; /* by id */
	uint64_t layers, active_layers;        /* bytes: all, and those that containers stand on */
	struct disk_container *containers;
	size_t container_count;
	struct disk_volume *volumes;
	size_t volume_count;
};

int disk_use_read(const struct home *home, struct disk_use *ret);
void disk_use_release(struct disk_use *u);
