/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * hoy-runtime's commands: runc's names, options, words and exit codes, because the callers (podman, containerd, CRI-O,
 * Docker) parse them. A command is one file here and one row in main.c; its options are a table of cli/options.h.
 */
#include "cli/options.h"

#include <stdbool.h>

/* What the global options said, and what the caller left open. */
struct oci {
	const char *root;       /* directory of all containers' state */
	bool root_given;        /* by --root */
	int root_fd;            /* -1: there is none yet, and so no container */
	unsigned int inherited; /* descriptors from 3 on, without a gap, that were open before hoy-runtime opened its first */
	bool systemd_cgroup, no_cgroup;
	signed char rootless; /* as runtime_create's */
};

enum oci_root {
	OCI_ROOT_NONE, /* works anywhere, for anybody */
	OCI_ROOT_OPEN,
	OCI_ROOT_MAKE,
};

struct oci_command {
	const char *name, *usage, *summary;
	const struct option *options; /* or NULL */
	size_t options_size;
	const void *defaults;
	unsigned int min_args, max_args;
	enum oci_root root;
	bool interspersed; /* options may follow the id; not where a command line follows it */
	bool enters;       /* it makes or enters a container: see kernel/self.h */
	int failure;       /* exit code for a negative result; 0 means 1 */
	/* Returns the exit code (>= 0) or a negative errno with words. @args is NULL-terminated. NULL: not supported. */
	int (*run)(const struct oci *oci, char *const *args, void *options);
};

extern const struct oci_command oci_create, oci_start, oci_state, oci_kill, oci_delete, oci_run, oci_exec, oci_ps, oci_list,
	oci_pause, oci_resume, oci_update, oci_spec, oci_features, oci_events, oci_checkpoint, oci_restore;
