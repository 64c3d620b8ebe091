/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Labels of Linux Security Modules for the program to be executed, written to attr files of a procfs that is verified
 * (CVE-2019-16884, CVE-2023-28642: into a forged /proc the write would go nowhere). Init's half and exec's.
 */
#include <stdbool.h>

/* Whether the kernel has SELinux, so that mounts can be given a label. */
bool lsm_has_selinux(void);
/* @proc: a verified procfs. -ENOSYS-like errors have words: a label that cannot be set must not be ignored. */
int lsm_apply(int proc, const char *apparmor_profile, const char *selinux_label);
