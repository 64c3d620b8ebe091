/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Names in archives, as text. Whether what they name lies inside is the kernel's to prove (base/beneath.h). */
#include "image/tar_read.h"

/*
 * Cleans @name: no "//", ".", resolvable ".." or slash at either end; "" is the root. An absolute name is taken relative
 * to the root, as tar and Docker do. -EBADMSG with words when ".." leads outside.
 */
int name_clean(const char *name, char ret[TAR_NAME_MAX + 1]);
/* The last part of a clean path, and what is before it. */
const char *name_split(const char *path, char ret_parent[TAR_NAME_MAX + 1]);
/* @parent, a slash and @name; all three fit, because they came out of one name. */
void name_join(const char *parent, const char *name, char ret[TAR_NAME_MAX + 1]);
