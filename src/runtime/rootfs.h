/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The container's root directory: mounted, then, after everything in it was mounted, entered for good. Init's half. Paths
 * in it are shown as "$ROOT/…" to explain; errors drop the variable.
 */
#include <stdbool.h>

struct init;

/* Takes this mount namespace out of the host's propagation, mounts the root and sets in->root. */
int rootfs_mount(struct init *in);
/* Read-only if asked, then pivot_root: after it nothing of the host can be reached by a path. */
int rootfs_enter(struct init *in);

/* What --no-pivot does in place of pivot_root: the host's mounts stay, out of reach but for who finds a way out of a chroot. */
int rootfs_move(struct init *in);

/* Something in the root that a mount will cover, pinned. */
struct rootfs_target {
	int fd;       /* O_PATH; owned */
	bool made;    /* it was missing */
	char *shown;  /* "$ROOT/path" */
	char *before; /* the command that made it, or NULL when it was there */
};
#define ROOTFS_TARGET_NONE ((struct rootfs_target){ .fd = -1 })
void rootfs_target_release(struct rootfs_target *target);
/*
 * Pins @path in the root, making it (a directory, or with @file an empty file) where it is missing. Symlinks are followed
 * inside the root; with @nofollow a symlink as the last part is -ELOOP.
 */
int rootfs_target(const struct init *in, const char *path, bool file, bool nofollow, struct rootfs_target *ret);
/* "$ROOT" and @path; caller frees. */
char *rootfs_shown(const char *path);
