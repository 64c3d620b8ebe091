/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whole trees of files, by descriptors: nothing is followed out of either side, also while somebody exchanges what is in it.
 * -errno with words that name the entry.
 */
#include <sys/stat.h>
#include <sys/types.h>

/*
 * Copies what the directory @from holds into the directory @to (both open for reading): owners, modes, times, links between
 * files, holes, devices, FIFOs, and the attributes of base/xattr.h. Sockets and overlayfs's whiteouts are left out. -EEXIST
 * when a name is there already, -ELOOP deeper than 128 directories.
 */
int tree_copy(int from, int to);
/* Owner, mode, times and attributes of one open file or directory; @st: in place of @from's own, or NULL. */
int tree_copy_attributes(int from, int to, const struct stat *st);
/* Gives the open file or directory @fd and all below it to @uid and @gid (chown -R -P). */
int tree_chown(int fd, uid_t uid, gid_t gid);
