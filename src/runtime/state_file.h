/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What hoy-runtime remembers of a container between two of its calls: one private directory a container below --root, with
 *
 *	state.json	written twice: before the cgroup is made, with its path, and when the container is created
 *	config.json	a copy of the bundle's, so that exec and delete do not depend on a bundle that changed
 *	start		the socket on which init waits for `start`
 *
 * Whether a container runs, or was started at all, is not written anywhere: the kernel is asked, by pid and start time, so it
 * is never wrong. The engine does not use this: it has records of its own. Runs in each command of hoy-runtime.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct json_writer;
struct cgroup;

struct state_file {
	char *id, *oci_version;
	pid_t pid;             /* of init, as the runtime's pid namespace counts; 0 while it is being created */
	uint64_t start_time;   /* of that pid: see process_start_time */
	char *bundle, *rootfs; /* absolute */
	char *created;         /* RFC 3339 */
	char *cgroup;          /* what cgroup_open takes; NULL: none */
	uint32_t owner;        /* uid of who created it */
	pid_t creator;         /* while it is being created: who does that, and since when */
	uint64_t creator_start;
	struct spec_pairs annotations;
};

enum state_status { STATE_CREATING, STATE_CREATED, STATE_RUNNING, STATE_PAUSED, STATE_STOPPED };
/* "creating", … as the standard names them. */
const char *state_status_name(enum state_status status);

/* -EINVAL with words for what may not be an id: it becomes the name of a directory and of a cgroup. */
int state_file_check_id(const char *id);
/* Opens the directory of all containers, making it (0700) where it is missing. */
int state_file_root(const char *path, bool make);
/* Makes the directory of @id; -EEXIST with words when the id is in use. Returns its descriptor. */
int state_file_reserve(int root, const char *id);
int state_file_write(int dir, const struct state_file *state);
/*
 * Reads the state of @id and opens its directory in *@ret_dir. -ENOENT with words when there is no such container. One that
 * is being created has an empty state but for the id.
 */
int state_file_read(int root, const char *id, struct state_file *ret, int *ret_dir);
/* Its config.json, parsed, into a zeroed @ret. */
int state_file_config(int dir, struct spec *ret);
void state_file_release(struct state_file *state);
int state_file_remove(int root, const char *id);
/* What it is now, by asking the kernel. */
enum state_status state_file_status(const struct state_file *state);
/* Whether who creates it is still at work: then it is not to be deleted. */
bool state_file_in_creation(const struct state_file *state);
/* A descriptor of init; -ESRCH with words when it has ended. */
int state_file_pidfd(const struct state_file *state);
/* Its cgroup in *@ret, NULL when it has none any more. Caller frees. */
int state_file_cgroup(const struct state_file *state, struct cgroup **ret);
/* The members of the standard's state (runtime.md) into an open object, pid 0 when stopped. */
void state_file_put(struct json_writer *w, const struct state_file *state, enum state_status status);
/* The same as a text, for hooks; caller frees. */
char *state_file_text(const struct state_file *state, enum state_status status);

#define STATE_FILE_START  "start"
#define STATE_FILE_CONFIG "config.json"
