/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A tmpfs volume that several containers have: there is one of it, as long as one of them runs, and it is mounted nowhere but
 * in them. The first that starts makes it; each that follows gets it out of the mount namespace of one that runs, by its pidfd,
 * as a detached copy of that mount. Monitor, around the start of a life.
 */
#include "container/home.h"
#include "container/join.h"

struct volume_shares {
	int *locks; /* of the volumes: nobody else makes or fills one of them meanwhile; disks', too */
	size_t count;
};

/*
 * Finds them for the container @id, whose directory is @dir, and adds them to @join. Held until the container's state says that
 * it runs. A volume that the container has at several places is added for the first of them.
 */
int volume_shares_open(const struct home *home, int dir, const char *id, struct join *join, struct volume_shares *ret);
void volume_shares_release(struct volume_shares *s);
/*
 * A container that ran before: U gave its volumes to its user then, and what it did with owners since stays. A tmpfs that is new
 * again is not meant. After volume_shares_open.
 */
void volume_shares_keep_owners(struct spec *spec, const struct join *join);
