/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One place in a container where something is mounted by the user's or the image's wish: what was asked for, and the mount of
 * the spec that it becomes. mount_option.h reads it from the command line, mounts.h finds out what stands behind it, the
 * record shows it. Command process.
 */
#include "base/strv.h"
#include "runtime/spec.h"

#include <stdbool.h>
#include <stddef.h>

enum mount_point_kind { MOUNT_POINT_BIND, MOUNT_POINT_VOLUME, MOUNT_POINT_TMPFS, MOUNT_POINT_IMAGE };

struct mount_point {
	enum mount_point_kind kind;
	/*
	 * source and destination absolute and clean, destination never "/". Options as the standard's: for a bind "rbind" or
	 * "bind", "ro" (the top) or "rro" (with all below it) or nothing, and a propagation ("rprivate" when none was asked
	 * for); for a tmpfs what mount(8) takes ("nosuid", "size=67108864", "mode=1777"). What a volume or an image becomes
	 * is decided by mounts.h: until then only the destination and id mappings are set.
	 */
	struct spec_mount spec;
	char *name;              /* a volume's, NULL: anonymous, until it gets one; an image's as typed, later its id */
	char *source;            /* what inspect shows, where it is not the spec's source; NULL otherwise */
	char *mode;              /* the options behind -v's last colon, NULL: none */
	const char *propagation; /* asked for; NULL: none. A constant */
	char *subpath;           /* only this directory of the volume or image */
	char *match_user;        /* the bind's owner is seen as that user, "": as the container's; NULL: as he is */
	bool read_only;
	bool create_source;                 /* a missing source directory is made: -v, bind-create-src */
	bool no_copy;                       /* the volume does not start with what the image has there */
	bool chown;                         /* U: the source becomes the container's user's */
	bool anonymous;                     /* the volume goes with the container */
	bool inherited;                     /* --volumes-from: the spec is complete, the content theirs */
	bool by_image;                      /* the image's VOLUME */
	bool listed;                        /* inspect shows it among the mounts: all but --tmpfs */
	struct strv labels, driver_options; /* of a volume that is made for it */
};
void mount_point_release(struct mount_point *p);

struct mount_points {
	struct mount_point *items;
	size_t count;
};
void mount_points_release(struct mount_points *list);
/* Takes over what @p owns and zeroes it. */
struct mount_point *mount_points_add(struct mount_points *list, struct mount_point *p);
/* The one with exactly this destination, or NULL. */
struct mount_point *mount_points_find(const struct mount_points *list, const char *destination);
/* By depth of destination. */
void mount_points_sort(struct mount_points *list);

/* Mounts of a spec. */
/* One more mount at the end of @ret: @options are NULL-terminated. */
void mounts_add(struct spec_mounts *ret, const char *type, const char *source, const char *destination, const char *const *options);
/* A mount with exactly this destination, or NULL. */
const struct spec_mount *mounts_find(const struct spec_mounts *mounts, const char *destination);
/* Those from index @from on by depth of destination, so that no mount hides an earlier one; otherwise the order stays. */
void mounts_sort(struct spec_mounts *mounts, size_t from);
/* A deep copy into a zeroed @ret. */
void mount_spec_copy(const struct spec_mount *from, struct spec_mount *ret);
/* "rro" among the options, or "ro" where a bind is not recursive. */
void mount_spec_set_read_only(struct spec_mount *m);

/* Destination: absolute, cleaned, not "/". -EINVAL in Docker's words. */
int mount_point_set_target(struct mount_point *p, const char *target);
/* Source of a bind: absolute, or beginning with "." and counting from here, as Docker's client resolves it. */
int mount_point_set_source(struct mount_point *p, const char *source);
/*
 * The options of a bind. Read-only means all that is mounted below the source, too (rro, Docker since 25), unless only the
 * top was asked for.
 */
void mount_point_set_bind(struct mount_point *p, bool recursive, bool read_only_below);
/* The words of propagation, NULL-terminated; mount_propagation returns the constant that equals @word, or NULL. */
const char *mount_propagation(const char *word);
