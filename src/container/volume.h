/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Volumes: directories that outlive containers. Everything that is known of one lies in one place:
 *
 *	ROOT/volumes/NAME/        a lock (flock) on it is the volume's: held while it gets its first content, a user, or is removed
 *	  _data/                  what is mounted
 *	  volume.json             driver, labels and options, as Docker's inspect has them
 *	  users/ID                an empty file for each container that mounts it; one whose container is gone does not count
 *	ROOT/volumes/.tmp-*       being made or removed while it is locked; rubbish when it is not
 *
 * A volume is made beside its place and renamed into it, and renamed away before it is removed, so that a name stands for a
 * whole volume or none. Command process; the monitor gives the volumes of a --rm container up.
 */
#include "base/strv.h"
#include "container/home.h"

#include <stdbool.h>
#include <stdint.h>

#define VOLUME_DRIVER "local" /* the one there is */
/* Docker's label of a volume that nobody named. */
#define VOLUME_ANONYMOUS "com.docker.volume.anonymous"

struct volume {
	char *name;
	int64_t created;             /* nanoseconds since 1970 */
	struct strv labels, options; /* KEY=VALUE */
};
void volume_release(struct volume *v);

/* Docker's rule: [a-zA-Z0-9][a-zA-Z0-9_.-]+, at most 255 bytes, for it is a file's name. -EINVAL with words. */
int volume_check_name(const char *name);
/* Only "local" exists: -EINVAL in Docker's words for another. NULL and "" are local. */
int volume_check_driver(const char *driver);
/* The options of the local driver, KEY=VALUE: type, o and device. -EINVAL in Docker's words. */
int volume_check_options(const struct strv *options);

struct volume_request {
	const char *name;           /* NULL or "": 64 hex digits */
	bool anonymous;             /* nobody chose its name: implied where none is given */
	const struct strv *labels;  /* KEY=VALUE or KEY */
	const struct strv *options; /* checked here */
	bool durable;               /* on the disk before its name appears */
};
/*
 * Makes it; one that is there stays as it is, as Docker's does. Its name in *@ret_name (caller frees). Rubbish of killed
 * commands is swept up on the way.
 */
int volume_create(const struct home *home, const struct volume_request *q, char **ret_name);
/* -ENOENT without words when there is none. */
int volume_read(const struct store *s, const char *name, struct volume *ret);
/* Each volume, in no order; stops when @visit returns non-zero and returns that. What vanishes meanwhile is left out. */
int volume_each(const struct store *s, int (*visit)(const struct volume *v, void *data), void *data);
/* ROOT/volumes/NAME/_data; caller frees. */
char *volume_mountpoint(const struct store *s, const char *name);
/* The whole object, as `docker volume inspect` shows it. */
struct json_writer;
void volume_write(const struct store *s, const struct volume *v, struct json_writer *w);

/* Locks it, waiting: the descriptor of ROOT/volumes/NAME, which holds the lock. -ENOENT without words. */
int volume_lock(const struct store *s, const char *name);
/* Says that the container @id (whose directory exists) mounts the volume, whose lock the caller holds as @fd. */
int volume_add_user(int fd, const char *id);
/* Takes that back. */
void volume_drop_user(const struct store *s, const char *name, const char *id);
/* Ids of the containers that mount it. */
int volume_users(const struct store *s, const char *name, struct strv *ret);
/* For `hoy events`: "create" or "destroy". */
void volume_event(const struct home *home, const char *action, const char *name);
/* What it holds, in bytes. */
uint64_t volume_size(const struct store *s, const char *name);
/* -ENOENT with "no such volume"; -EBUSY with "volume is in use - [ID, …]". */
int volume_remove(const struct home *home, const char *name);

struct volume_prune {
	bool (*wanted)(const struct volume *v, void *data); /* NULL: all */
	void (*removed)(const char *name, void *data);      /* NULL: nobody is told */
	void *data;
};
/* Removes the wanted ones that no container mounts; *@ret_bytes is what they held. */
int volume_prune(const struct home *home, const struct volume_prune *p, uint64_t *ret_bytes);
