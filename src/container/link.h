/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --link NAME[:ALIAS], Docker's old way to make containers known to each other: lines in /etc/hosts and, on the network
 * "bridge", environment variables that say where its exposed ports are. What is true when the container is made: on a user
 * network names are resolved whenever they are asked for, which is the better way. Command process.
 */
#include "container/home.h"
#include "container/networks.h"

struct links {
	struct strv hosts;       /* lines of /etc/hosts */
	struct strv environment; /* NAME=value */
	struct strv recorded;    /* "/db:/web/database", as inspect shows them */
};

void links_release(struct links *l);
/* One value alone: -EINVAL with Docker's words. */
int links_check(const char *option);
/* -ENOENT, -EINVAL (it does not run, or is in none of the networks) with Docker's words. @name: of the new container. */
int links_make(const struct home *home, const struct strv *options, const struct networks *n, const char *name, struct links *ret);
