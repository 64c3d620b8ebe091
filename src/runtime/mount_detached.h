/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Filesystems that init could not make: it has neither the host's network, on which the server is, nor the right to open the
 * host's disks. The parent's half makes them, attached nowhere, and gives them to runtime_create (runtime_tree).
 */
#include "runtime/spec.h"

/*
 * The filesystem of @spec's mount at @destination, without its attributes: init sets them. @place is where explain says that it
 * is mounted meanwhile. Returns the descriptor; -ETIMEDOUT with words when a server does not answer in half a minute.
 */
int mount_detached(const struct spec *spec, const char *destination, const char *place);
