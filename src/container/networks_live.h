/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * `hoy network connect` and `disconnect`: a container's networks change, in its record, and while it runs in its namespace.
 * Command process. Words do not name the container.
 */
#include "container/handle.h"
#include "container/networks.h"

/* Connects it to one more. -EEXIST with Docker's words when it is in it. */
int networks_connect(struct handle *h, struct network_use *use);
/* Takes it out of one. @force: a container that is gone is no error. */
int networks_disconnect(struct handle *h, const char *network);
/*
 * What the record of each running container says of its networks is so again: of a command that was killed in between. It leaves
 * those that it is not in, and its way out and its ports are where they belong. One that cannot is a warning.
 */
void networks_settle(const struct home *home);
/* Its new name in the endpoints of its networks. */
void networks_rename(const struct home *home, const char *id, const char *name);
