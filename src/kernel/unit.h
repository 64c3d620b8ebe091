/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Steps on systemd's units, by the helper program hoy-systemd, which is there where libsystemd was when hoy was built. The
 * text of properties is that of systemd/property.h. -ENOTSUP with words where the helper is missing.
 */
#include "base/process.h"

/* Whether the helper is there. */
_Bool sys_unit_possible(void);
/*
 * Makes the transient scope @unit and returns its cgroup in *@ret_cgroup (caller frees). *@ret_keeper is the scope's first
 * process, which keeps it until another one is in it: then process_end it.
 */
int sys_unit_start(const char *why, const char *unit, const char *properties, struct process *ret_keeper, char **ret_cgroup);
int sys_unit_set(const char *why, const char *unit, const char *properties);
/* Kills what is in it; one that is gone is fine. */
int sys_unit_stop(const char *why, const char *unit);
