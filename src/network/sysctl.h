/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Values below /proc/sys/net, of the network namespace that the calling process is in. */
#include <stdbool.h>

/* Writes @value unless it is there already. @where: as interface.h. A missing file is -ENOENT without words when @optional. */
int sysctl_set(const char *why, const char *where, const char *path, const char *value, bool optional);
/* It is there and begins with @value. */
bool sysctl_is(const char *path, const char *value);
