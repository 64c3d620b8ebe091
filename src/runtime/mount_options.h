/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The options of a spec's mount, sorted: what belongs to the mount, what to the superblock, what to the filesystem, and the
 * standard's own words. Pure; runs in the parent (spec_check) and in init.
 */
#include "base/strv.h"

#include <stdbool.h>
#include <stdint.h>

struct mount_options {
	uint64_t set, clear;         /* MOUNT_ATTR_* */
	uint64_t rec_set, rec_clear; /* the r* words: of the whole tree (mount_setattr with AT_RECURSIVE) */
	uint64_t propagation;        /* MS_SHARED, …; 0: none asked */
	bool propagation_recursive;
	bool bind, recursive;
	bool copy_up;                /* tmpcopyup: what the target holds is copied into the new tmpfs */
	bool idmap, idmap_recursive; /* idmap, ridmap (1.2) */
	bool source_nofollow, dest_nofollow;
	bool copy_symlink; /* a source that is a link becomes a link in the container */
	char *subdir;      /* X-mount.subdir=, util-linux's: only this directory of what is mounted */
	char *same;        /* X-mount.same=NAME, hoy's own: one filesystem at all places of that name */
	bool chown;        /* X-mount.chown=UID:GID, hoy's own: the new filesystem with all it holds becomes that user's */
	uint32_t uid, gid; /* with chown */
	struct strv data;  /* for the filesystem: "size=64m", and superblock flags ("sync", "dirsync") by their fsconfig names */
};

/* Sorts @words into a zeroed @ret. Never fails: a word that is nobody's is the filesystem's. */
void mount_options_parse(const struct strv *words, struct mount_options *ret);
void mount_options_release(struct mount_options *options);
/* Every word that has a meaning of its own here, for `features`; NULL-terminated. */
const char *const *mount_options_known(void);
