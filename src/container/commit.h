/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * `hoy commit`: an image out of what a container wrote and how it was to be run. A running container stands still while its
 * files are read, and goes on whatever happens to the command: a process of its own sees to that. Command process.
 */
#include "container/handle.h"
#include "image/digest.h"

#include <stdbool.h>

struct commit_options {
	const char *reference; /* as typed, or NULL */
	const char *author, *message;
	const struct strv *changes; /* Dockerfile instructions */
	bool pause;
};

/* *@ret_id is "sha256:…". -errno with words; bad names and instructions are -EINVAL before anything is done. */
int container_commit(struct handle *h, const struct commit_options *o, char ret_id[DIGEST_MAX]);
