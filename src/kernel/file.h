/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Steps on files that belong to the system: values below /proc, /sys and the cgroup tree, directories there, device
 * nodes, owners. Each takes a directory descriptor and a name, and the full path to show; returns 0 (or a descriptor) or
 * a negative errno with words.
 */
#include <stddef.h>
#include <sys/types.h>

/*
 * Writes @value in one write(2), as kernel files want it. O_TRUNC and O_CREAT are never used. @why "": no step of its own for
 * explain, another one says it; NULL: the step before has said why.
 */
int sys_write(const char *why, int dirfd, const char *name, const char *shown, const char *value);
/* The same into a file that is open, for one that is written to again and again. */
int sys_write_open(const char *why, int fd, const char *shown, const char *value);
/* Creates a directory; -EEXIST when it is there already. */
int sys_mkdir(const char *why, int dirfd, const char *name, const char *shown, mode_t mode);
/* Removes an empty directory (a cgroup); a missing one is fine. */
int sys_rmdir(const char *why, int dirfd, const char *name, const char *shown);
int sys_mknod(const char *why, int dirfd, const char *name, const char *shown, mode_t mode, dev_t device);
int sys_symlink(const char *why, const char *target, int dirfd, const char *name, const char *shown);
/* Of the thing @fd pins (O_PATH allowed). */
int sys_chown(const char *why, int fd, const char *shown, uid_t uid, gid_t gid);
/* Of an open directory and all below it, following no link. */
int sys_chown_tree(const char *why, int fd, const char *shown, uid_t uid, gid_t gid);
/* The SELinux label of it. */
int sys_set_label(const char *why, int fd, const char *shown, const char *label);
int sys_chmod(const char *why, int fd, const char *shown, mode_t mode);
