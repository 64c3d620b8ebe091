/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Extended attributes that may travel with a file of an image: between archives, layers and volumes. */
#include <stdbool.h>

/*
 * user.* but for what overlayfs keeps there, file capabilities and ACLs. The others belong to a machine (security.selinux) or
 * to a file system (trusted.overlay.*).
 */
bool xattr_travels(const char *name);
/* Copies those from one open file to another. What the file system has no place for is lost when it is user.*; -errno. */
int xattr_copy(int from, int to);
