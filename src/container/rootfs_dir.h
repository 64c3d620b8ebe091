/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --rootfs, as podman's: a directory of the user's takes the place of an image. DIR is the container's root file system itself,
 * and keeps what the container writes; DIR:O is the lowest layer of an overlay, and stays as it is; DIR:idmap=… is the
 * directory with its owners shown as others (alone, idmap is the container's user namespace, which is the host's). Command
 * process, but for rootfs_dir_map.
 */
#include "image/image.h"
#include "runtime/spec.h"

/* DIR:O: an overlay. */
bool rootfs_dir_is_overlay(const char *typed);
/* Fills a zeroed @ret: an image of one layer, the directory's absolute path, without an id or a config. -errno with words. */
int rootfs_dir_image(const char *typed, struct image *ret);
/* The mapping of DIR:idmap=…, which rootfs_dir_image has found to be one: none otherwise. */
void rootfs_dir_mappings(const char *typed, struct spec_root *ret);
/* A look into the directory as @root maps it, for beneath_open: @fd, or what takes its place; -errno with words. */
int rootfs_dir_view(const struct spec_root *root, int fd);
