/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The server of a volume on a network (type=nfs, type=cifs): the kernel wants its address in the option addr=, people say its name.
 * It is looked up each time a monitor starts, for it may have moved. By getent(1), which knows all that the host's C library does;
 * hoy is static and does not. Monitor.
 */
#include "runtime/spec.h"

/* Puts addresses in place of names, and NFS's version where only the type says it, in @spec's mounts. -ENOENT with words when there
 * is none of that name. */
int volume_address_find(struct spec *spec);
