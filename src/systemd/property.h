/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Properties of a unit as lines of text, as runtime/cgroup_systemd.c writes them: "TYPE NAME VALUE", where TYPE is D-Bus's:
 *
 *	s NAME text          b NAME 0|1          t NAME number (64 bits)
 *	u NAME number        i NAME number (32 bits)
 *	ay NAME hex          a(st) NAME path number
 */
#include <systemd/sd-bus.h>

/* Appends each line of @text as a (sv). Returns 0 or -errno; a line that is none is -EINVAL. */
int property_append_all(sd_bus_message *message, char *text);
