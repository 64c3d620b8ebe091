/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The files of /dev: the standard's default devices and links, and linux.devices. Init's half, before pivot_root. */

struct init;

/* All of them. Where mknod is not allowed (a user namespace) the host's device is bound instead. */
int device_create_all(struct init *in);
