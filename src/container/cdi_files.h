/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The files of the Container Device Interface: found, read and checked. A file that is wrong is left out with a warning. */
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

struct cdi_file {
	char *name; /* its path, for the words */
	struct json_object *root;
	const char *kind;   /* "vendor.com/class"; borrowed from @root */
	unsigned int place; /* of its directory: a later one replaces devices of an earlier one */
	bool used;          /* for cdi_inject: its edits for all its devices have been made */
};

struct cdi_files {
	struct cdi_file *items;
	size_t count;
};

/* Where they are looked for. */
#define CDI_DIRECTORIES 2
extern const char *const cdi_directories[CDI_DIRECTORIES];

void cdi_files_release(struct cdi_files *f);
/* Reads the JSON and YAML files of /etc/cdi and /var/run/cdi; none is fine. */
int cdi_files_read(struct cdi_files *ret);
/*
 * The device KIND=NAME: its file, and its object in *@ret. -ENODEV without words when there is none, -ENOTUNIQ with words
 * when two files of one directory describe it.
 */
int cdi_files_find(const struct cdi_files *f, const char *device, struct cdi_file **ret_file, struct json_object **ret);
