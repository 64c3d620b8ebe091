/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From an image's unpacked layers to an overlay mount. Only describes it: the mount is made inside the container's own
 * mount namespace. Used by the command that creates the container.
 */
#include "base/buf.h"
#include "base/strv.h"

/* Linux' own limit on lower layers: OVL_MAX_STACK. */
#define OVERLAY_LAYERS_MAX 500

struct overlay {
	struct strv lower; /* directories, the topmost first as overlayfs wants them */
	char *upper;       /* NULL: read-only */
	char *work;        /* NULL with upper */
};

void overlay_release(struct overlay *o);
/*
 * Option text for mount(2): "lowerdir=A:B,upperdir=C,workdir=D", with '\\', ':' and ',' in paths escaped. -E2BIG without
 * words when it does not fit mount(2)'s page (some 40 layers): then fsconfig(2) is to be used with one "lowerdir+" a
 * layer (Linux 6.7), or overlay_options_fds. -EINVAL with words when there are no layers or more than OVERLAY_LAYERS_MAX.
 */
int overlay_options(const struct overlay *o, struct buf *ret);
