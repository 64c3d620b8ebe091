/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the user mounts into the container: -v, --mount and --tmpfs become mounts of the spec, in an order in which no mount
 * hides an earlier one. Sources are the user's own paths on the host. Command process.
 */
#include "container/options.h"
#include "runtime/spec.h"

/*
 * Appends to @ret, sorted by depth of destination. A missing directory of -v is made, as Docker does (0755); a missing
 * source of --mount is -ENOENT with "bind source path does not exist". -EINVAL with words for what cannot be understood,
 * -ENOSYS for volumes.
 */
int mounts_from_options(const struct run_options *o, struct spec_mounts *ret);
/* One more bind mount at the end of @ret: @options are NULL-terminated. */
void mounts_add(struct spec_mounts *ret, const char *type, const char *source, const char *destination, const char *const *options);
/* A mount with exactly this destination, or NULL. */
const struct spec_mount *mounts_find(const struct spec_mounts *mounts, const char *destination);
