/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Does what the plan says, entry by entry, on targets pinned inside the container's root. Init's half, before pivot_root. */
#include "kernel/mount.h"
#include "runtime/mount_plan.h"

struct init;
struct runtime_create;

int mount_apply(struct init *in, const struct mount_plan *plan);
/* Makes those tmpfs read-only that are to be, when all that the spec has below them is there. */
int mount_seal(struct init *in);
/* One entry of each kind; the first two are mount_bind.c's and mount_cgroup.c's. */
int mount_bind(struct init *in, const struct mount_entry *entry);
int mount_cgroup(struct init *in, const struct mount_entry *entry);
/* The detached tree that the caller has for this mount (runtime_create.given), or NULL. */
const struct runtime_tree *mount_given_tree(const struct runtime_create *create, const struct mount_entry *entry);
/*
 * Where in the container's root @entry's source is when its path leads into the root filesystem, or NULL; caller frees. What is
 * there is what the mounts before it made.
 */
char *mount_inside_root(const struct runtime_create *create, const struct mount_entry *entry);
/*
 * Opens what @entry binds (O_PATH), relative to @bundle. It is the administrator's path on the host: its symlinks are followed
 * unless src-nofollow says otherwise.
 */
int mount_open_source(const struct mount_entry *entry, int bundle);
/* The directory @entry's subdir= below @root: what is in there may be a stranger's, and no link leads out of it. */
int mount_subdir(int root, const struct mount_entry *entry);
/*
 * What the container is to see of the filesystem @mount, where that is not the whole of it as it is: its subdir=, its owners
 * mapped. It covers the whole, from which other places and other containers get theirs (tree.h). Returns its descriptor.
 */
int mount_view(const struct init *in, const struct mount_entry *entry, int mount, const char *shown);
/*
 * An overlay whose lowerdir= is too long for one option: it leaves @options, and its directories are appended to @ret, which
 * kernel/mount.h can give to every kernel. Colons in a path are written "\:".
 */
void mount_split_lower(struct strv *options, struct strv *ret);
/* A filesystem on @entry's destination, new or the one that is there already; returns its descriptor. */
int mount_filesystem(struct init *in, const struct mount_entry *entry);
/* How an entry's filesystem is made: filled, perhaps added to, finished. What @mount borrows is the entry's and its own. */
struct mount_how {
	struct sys_mount mount;
	struct strv options, lower;
};
void mount_how_fill(const struct spec *spec, const struct mount_entry *entry, struct mount_how *ret);
void mount_how_finish(struct mount_how *how);
void mount_how_release(struct mount_how *how);
/* Those that are at several places, when all have theirs. */
void mount_wholes_release(struct init *in);
/*
 * Refuses what would forge procfs for the programs inside: anything but a procfs at /proc, and mounts in it other than over
 * the files that are there to be replaced (CVE-2019-16884, CVE-2019-19921). @source: what is bound, or -1.
 */
int mount_check_proc(const struct mount_entry *entry, int target, int source);
