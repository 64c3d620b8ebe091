/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The extended attributes of an open file that go into an archive: those that hoy-unpack would set (unpack/meta.h). */
#include "image/tar_format.h"

struct xattrs {
	struct tar_xattr *items;
	size_t count;
};

void xattrs_release(struct xattrs *x);
/* A file system without attributes has none; what does not fit the limits of tar_format.h is left out. */
void xattrs_read(int fd, struct xattrs *ret);
