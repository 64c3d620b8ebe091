/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What `inspect` shows of a container: the members of docker container inspect, out of its record and its state, and what hoy
 * knows beside them ("Hoy": inspect_live.h). Command's process; takes no lock.
 */
#include "base/json.h"
#include "container/home.h"

#include <stdbool.h>

/* Writes one JSON object; with @size what its files take up, which reads all of them. -ENOENT when there is no such container. */
int inspect_container(const struct home *home, const char *name, bool size, struct json_writer *w);
