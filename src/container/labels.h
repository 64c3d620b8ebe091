/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A container's labels in Docker's order: the image's, --label-file, -l; a later one of the same key replaces an earlier one. */
#include "base/strv.h"

/* Appends KEY=VALUE entries to @ret. A bare key has an empty value. The file's error with words. */
int labels_make(const struct strv *image, const struct strv *files, const struct strv *options, struct strv *ret);
