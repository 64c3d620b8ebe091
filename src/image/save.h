/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Images as one archive: an OCI image layout (image-spec 1.1 image-layout.md) that has Docker's manifest.json beside it, so
 * that docker, podman, skopeo and containerd all read it. The layout is put together out of hard links in a draft
 * (image/layer.h), which goes with the command, and packed by hoy-unpack. Runs in the command.
 */
#include "base/strv.h"
#include "image/platform.h"
#include "image/store.h"

/*
 * Writes the archive to @fd. Names as typed: one without a tag stands for all tags of its repository, an id for the image
 * without its names. With @platform each must be for that one. -ENOENT with Docker's words when there is none.
 */
int image_save(const struct store *s, char *const *names, size_t count, const struct platform *platform, int fd);
