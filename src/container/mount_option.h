/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The meaning of -v, --mount and --tmpfs as Docker defines it: text in, a mount point out. Pure but for the working
 * directory, from which a source that begins with "." counts: the command line checks values with these as it reads them,
 * mounts.c makes the spec's mounts with them. Command process.
 */
#include "container/mount_point.h"

/*
 * All four: 0, or -EINVAL with Docker's words for what is wrong with the value. @ret is zeroed and owned by the caller; NULL
 * to check only.
 */
int mount_option_volume(const char *text, struct mount_point *ret); /* [SOURCE:]TARGET[:OPTIONS] */
int mount_option_mount(const char *text, struct mount_point *ret);  /* type=bind|volume|tmpfs|image,… */
int mount_option_tmpfs(const char *text, struct mount_point *ret);  /* TARGET[:OPTIONS] */
/* CONTAINER[:ro|rw]: the name in *@ret_name (caller frees). Both may be NULL. */
int mount_option_from(const char *text, char **ret_name, bool *ret_read_only);

/* The type, source and safe options of a tmpfs, before those that were asked for. */
void mount_option_set_tmpfs(struct mount_point *p);
/*
 * The mapping behind "idmap=": uids=A-B-N#A-B-N;gids=A-B-N, each "the files' ids from A on are seen as B and on, N of
 * them", as podman's. -EINVAL with words.
 */
int mount_option_idmap(const char *text, struct spec_mount *m);
/* Hands the finished value over, or drops it when the caller only checks; returns 0. */
int mount_option_done(struct mount_point *p, struct mount_point *ret);
