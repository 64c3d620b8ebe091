/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A container on disk, before it runs: its directories, files, record and spec. Made by the command; handed to the monitor
 * by fork. Until create_commit everything is undone when the process ends, whatever ended it (undo.h).
 */
#include "container/home.h"
#include "container/networks.h"
#include "container/options.h"
#include "container/plan.h"
#include "image/image.h"
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>

#define CONTAINER_ID_MAX 65 /* 64 hex digits and a NUL */

struct container {
	const struct home *home; /* borrowed */
	char id[CONTAINER_ID_MAX];
	char *name;
	char *image;        /* as it was typed   } for events */
	struct strv labels; /* KEY=VALUE each    } */
	char *runtime;      /* the program of another OCI runtime; NULL: hoy's own */
	char *path;         /* ROOT/containers/ID */
	bool created;       /* it is whole, and the journal of events knows of it */
	int dir;            /* that directory */
	int lock;           /* RUNROOT/containers/ID: holds the lock while any process has it open */
	struct plan plan;
	struct networks networks;
	char *hostname;
	struct spec spec;
};

#define CONTAINER_NONE ((struct container){ .dir = -1, .lock = -1 })

/* Closes and frees; changes nothing on disk. */
void container_release(struct container *c);
/*
 * Makes it. On failure nothing is left, and the words do not name the container. A name that is taken is -EEXIST in
 * Docker's words.
 */
int container_create(const struct home *home, const struct run_options *o, const struct image *image, struct container *ret);
/*
 * Tells the journal what happened to it (event.h); @more are further attributes, or NULL. Its name is looked up again when
 * it was renamed.
 */
void container_event(struct container *c, const char *action, const char *const *more);
/*
 * It stays, not running: the record is what is left of the making. The lock is let go of. For `hoy create`.
 */
int container_keep(struct container *c);
/* Reads its spec again, from its config.json and its record; c->spec is released. For one that is started again. */
int container_read_spec(struct container *c);
/* Undoes container_create. @cgroup_gone: see undo_run. */
void container_destroy(struct container *c, bool cgroup_gone);
