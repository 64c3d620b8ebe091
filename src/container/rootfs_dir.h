/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --rootfs, as podman's: a directory of the user's takes the place of an image. DIR is the container's root file system itself,
 * and keeps what the container writes; DIR:O is the lowest layer of an overlay, and stays as it is. Command process.
 */
#include "image/image.h"

/* DIR:O: an overlay. */
bool rootfs_dir_is_overlay(const char *typed);
/* Fills a zeroed @ret: an image of one layer, the directory's absolute path, without an id or a config. -errno with words. */
int rootfs_dir_image(const char *typed, struct image *ret);
