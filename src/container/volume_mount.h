/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where a container mounts its volumes, for its monitor and others', which have no record of it at hand:
 * ROOT/containers/ID/volume-mounts, a line each, of the volume's name, what it is, ro or rw, the propagation that was asked
 * for or "-", and the destination:
 *
 *	data dir rw - /var/lib/data
 *	disk made rw - /disk               a file system of its own (volume_device.h)
 *	mem tmpfs ro rslave /cache         a tmpfs, which containers share (volume_share.h)
 *	mem part rw - /cache/deep          a directory of one, or other owners: it covers the whole
 *
 * A container without volumes has no such file. Written by the command, when the container is made.
 */
#include "container/home.h"
#include "container/mount_point.h"

enum volume_mount_kind { VOLUME_MOUNT_DIR, VOLUME_MOUNT_TMPFS, VOLUME_MOUNT_PART, VOLUME_MOUNT_MADE };

struct volume_mount {
	enum volume_mount_kind kind;
	bool writable;
	char *name, *propagation, *destination;
};

struct volume_mounts {
	struct volume_mount *items;
	size_t count;
};
void volume_mounts_release(struct volume_mounts *m);

/* Those of @list, which is prepared (mounts.h), into the container's directory @dir. */
int volume_mounts_note(int dir, const struct mount_points *list);
/* Nothing where there is no file. */
int volume_mounts_read(int dir, struct volume_mounts *ret);
/* For `hoy events`: "mount" or "unmount" of each. */
void volume_mounts_event(const struct home *home, int dir, const char *id, const char *action);
