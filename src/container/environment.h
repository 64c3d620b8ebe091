/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The process's environment in Docker's order: hoy's defaults, the image's, --link's, --env-file, -e; a later value replaces an
 * earlier one in its place, and a bare -e NAME takes hoy's own value or, where hoy has none, takes the name away.
 */
#include "base/strv.h"

#define ENVIRONMENT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct environment {
	const char *hostname, *home;
	bool tty;                                           /* TERM is set */
	const struct strv *image, *links, *files, *options; /* links: NULL is none */
	/* gets what Docker keeps as the container's configuration, without defaults and links: the user's, then the image's; or
	 * NULL */
	struct strv *recorded;
};

/* Appends to @ret. -EINVAL or the file's error with words for an environment file that cannot be read or understood. */
int environment_make(const struct environment *e, struct strv *ret);
