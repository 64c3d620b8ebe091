/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The two places of containers: data below --root, which outlives the machine's power, and what is true only while they
 * run, below --runroot. Opened once per command; read-only after that, so it may be shared by fork.
 *
 *	ROOT/containers/ID/     record.json state.json config.json upper/ work/ rootfs/ hosts hostname resolv.conf log
 *	ROOT/names/NAME         the id of the container that has this name
 *	RUNROOT/containers/ID/  lock (held by the monitor), undo, socket, exec-ID: there while the container is being made or runs
 */
#include "image/store.h"

struct home {
	const struct store *store; /* borrowed */
	char *runroot;             /* absolute */
	int containers;            /* ROOT/containers */
	int names;                 /* ROOT/names */
	int running;               /* RUNROOT/containers */
};

/* Opens both, making (0700) what is missing. @store is borrowed and must outlive *@ret. */
int home_open(const struct store *store, const char *runroot, struct home **ret);
void home_free(struct home **home);
