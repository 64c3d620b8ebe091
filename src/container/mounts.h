/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is mounted into the container by the user's and the image's wish: -v, --mount, --tmpfs, --volumes-from and VOLUME
 * become mounts of the spec, in an order in which no mount hides an earlier one. Command process.
 */
#include "container/home.h"
#include "container/mount_point.h"
#include "container/options.h"
#include "image/image.h"

/*
 * All of them, sorted by depth of destination. The options come before --volumes-from where both want one destination, and
 * both before the image's VOLUMEs, which become anonymous volumes. -EINVAL with words for what cannot be understood or is
 * there twice. Nothing is made.
 */
int mounts_plan(const struct home *home, const struct run_options *o, const struct image *image, struct mount_points *ret);

struct mounts_place {
	const struct home *home;
	const char *id; /* the container's */
	int dir;        /* its directory */
	int root;       /* the image's root (rootview.h) */
	uid_t uid;
	gid_t gid;
};
/*
 * Makes what they need and finds out what they become: directories of -v that are missing (0755, as Docker does), volumes,
 * the layers of images. A missing source of --mount is -ENOENT with "bind source path does not exist".
 */
int mounts_prepare(const struct mounts_place *place, struct mount_points *list);
