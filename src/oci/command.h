/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * hoy-runtime's commands: runc's names, options, words and exit codes, because the callers (podman, containerd, CRI-O,
 * Docker) parse them. A command is one file here and one row in main.c; its options are a table of cli/options.h.
 */
#include "cli/options.h"

#include <stdbool.h>

/* What the global options said. */
struct oci {
	const char *root; /* directory of all containers' state */
	int root_fd;
	bool systemd_cgroup;
};

struct oci_command {
	const char *name, *usage, *summary;
	const struct option *options; /* or NULL */
	size_t options_size;
	const void *defaults;
	unsigned int min_args, max_args;
	bool interspersed; /* options may follow the id; not where a command line follows it */
	bool enters;       /* it makes or enters a container: see kernel/self.h */
	int failure;       /* exit code for a negative result; 0 means 1 */
	/* Returns the exit code (>= 0) or a negative errno with words. @args is NULL-terminated. */
	int (*run)(const struct oci *oci, char *const *args, void *options);
};

extern const struct oci_command oci_create, oci_start, oci_state, oci_kill, oci_delete, oci_run, oci_exec, oci_ps, oci_list,
	oci_pause, oci_resume, oci_update, oci_spec, oci_features, oci_events;
