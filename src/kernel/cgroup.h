/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Steps on cgroups that are no files: programs that decide which devices may be used (Linux 4.15). */
#include <stddef.h>

struct bpf_insn; /* linux/bpf.h */

/*
 * Loads a program of type BPF_PROG_TYPE_CGROUP_DEVICE and attaches it to the cgroup @cgroup (a descriptor that is not
 * O_PATH). Programs that were attached there before are detached after it, so that no moment is without a filter.
 * @shown is the cgroup's path, @rules a description of the program.
 */
int sys_device_filter(const char *why, int cgroup, const char *shown, const struct bpf_insn *program, size_t count,
		      const char *rules);
