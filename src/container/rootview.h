/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A look into a container's root filesystem from outside: for /etc/passwd and /etc/group. One layer is opened as the
 * directory it is; several become a read-only overlay that is mounted nowhere (fsmount, Linux 5.2) and vanishes with the
 * descriptor. Nothing in it is trusted: use base/beneath.h below it. Command process.
 */
#include "base/strv.h"

/*
 * A descriptor for beneath_open below the layers in @lower (lowest first); @upper is the container's own directory, or NULL
 * while it is still empty. -errno with words.
 */
int rootview_open(const struct strv *lower, const char *upper);
