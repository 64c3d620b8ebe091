/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The lines of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */

/* The field at *@p up to the next space, with its octal escapes (\040) undone; moves *@p behind it. Caller frees. */
char *mountinfo_field(const char **p);
