/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A bundle: a directory with a config.json, as the caller made it. Read once, checked before anything is done. */
#include "base/buf.h"
#include "runtime/spec.h"

struct bundle {
	int dir;
	char *path;        /* absolute, symlinks resolved */
	struct buf config; /* config.json as it is, for the state directory */
	struct spec spec;
};
#define BUNDLE_NONE ((struct bundle){ .dir = -1, .config = BUF_INIT })

/*
 * Reads the bundle at @path (NULL: the working directory) into @ret, which is BUNDLE_NONE. @config_name: in it or absolute;
 * NULL: config.json.
 */
int bundle_read(const char *path, const char *config_name, struct bundle *ret);
void bundle_release(struct bundle *bundle);
/* root.path as an absolute path; caller frees. */
char *bundle_rootfs(const struct bundle *bundle);
