/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The record of a container: ROOT/containers/ID/record.json, in the members of Docker's inspect, and what hoy needs to start
 * it again ("Layers"). Written when the container is made; what changes while it lives is in state.json (state.h), what the
 * runtime gets is in config.json. Readers take no lock.
 */
#include "container/home.h"
#include "container/networks.h"
#include "container/options.h"
#include "container/plan.h"
#include "image/image.h"
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>

struct record {
	char *id, *name;
	char *image;    /* as it was typed */
	char *image_id; /* 64 hex digits */
	char *path;     /* what runs: the command's first word and the others */
	struct strv args;
	int64_t created; /* nanoseconds since 1970 */
	struct plan plan;
	struct networks networks;
	char *stop_signal;    /* NULL: SIGTERM */
	int64_t stop_timeout; /* seconds; 10 where nobody said */
	char *cgroup;         /* as config.json has it */
	char *hostname;
	char *runtime;  /* as --runtime has it */
	char *ipc_mode; /* private, shareable, … */
	struct strv group_add;
	struct strv labels;         /* KEY=VALUE */
	struct strv layers;         /* lowest first; none: config.json's root is a directory of the user's (rootfs_dir.h) */
	struct strv mounted_images; /* ids, 64 hex digits */
};

void record_release(struct record *r);

/* What a record is made of. All borrowed. */
struct record_source {
	const char *id, *name, *hostname;
	int64_t created;
	const struct run_options *options;
	const struct plan *plan;
	const struct networks *networks;
	const struct strv *links; /* "/db:/web/database" */
	const struct strv *environment;
	const struct image *image;
	const struct spec *spec;
	const struct mount_points *mounts;
	const struct strv *labels; /* KEY=VALUE */
};
/* The text of record.json. */
void record_write(const struct record_source *s, struct buf *out);
/* The record with another name, in place of the one that is there. */
int record_rename(int dirfd, const char *name);
/* Reads it from the container's directory. -ENOENT without words when there is none (it is just being made). */
int record_read(int dirfd, struct record *ret);
/*
 * Calls @visit for each container that has a record, with its directory; stops when it returns non-zero and returns that. A
 * container that vanishes meanwhile, or whose record cannot be read, is left out.
 */
int record_each(const struct home *home, int (*visit)(int dirfd, const struct record *r, void *data), void *data);
