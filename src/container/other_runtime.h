/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --runtime: another OCI runtime makes the container in place of hoy's own library: its create, start and delete are called
 * by the monitor, which stays the parent of the container's process. It gets hoy's spec as a bundle in the container's volatile
 * directory; the overlay is mounted in the mount namespace that it runs in, and so in the container's alone. Everything
 * after the start (exec, pause, stop, the end) is hoy's, as always.
 */
#include "runtime/runtime.h"

/*
 * The program of a runtime: an absolute path, or a name that is looked for where the system's programs are. NULL in *@ret
 * for hoy's own ("", "hoy", "hoy-runtime"). -ENOENT with Docker's words.
 */
int other_runtime_find(const char *name, char **ret);

/* One container of it. All borrowed. */
struct other_runtime {
	const char *program; /* absolute */
	const char *id;
	const char *path; /* RUNROOT/containers/ID */
	int dir;          /* that directory */
	struct spec *spec;
};

/* As runtime_create, runtime_start and, before runtime_delete, what this runtime itself keeps of the container. */
int other_runtime_create(const struct other_runtime *o, const struct runtime_create *create, struct runtime_container *ret);
int other_runtime_start(const struct other_runtime *o);
void other_runtime_delete(const struct other_runtime *o);
