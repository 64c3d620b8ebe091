/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * System call filters: from linux.seccomp of a spec to a BPF program in the kernel. seccomp_program_load runs in the parent half
 * (or in `exec`): it takes the program from the cache or compiles it (seccomp_compile.c: a search tree over ranges of
 * system call numbers) and stores it there. seccomp_program_apply runs in init, after it has what it needs of the system: it
 * allocates nothing and makes two system calls. A profile in Docker's JSON format becomes a spec_seccomp in
 * seccomp_profile.c, which the engine calls; the runtime knows the resolved OCI form alone.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sock_filter; /* linux/filter.h */

/* Owns its memory; shared with init by clone. A zeroed one is the absence of a filter. */
struct seccomp_program {
	struct sock_filter *filter;
	size_t count;   /* instructions, at most BPF_MAXINSNS (4096) */
	uint32_t flags; /* SECCOMP_FILTER_FLAG_*, NEW_LISTENER included when the filter notifies */
};

/*
 * The program for @seccomp; nothing (count 0) when it is not set. @cache_dir is a directory of the runtime's own for
 * compiled programs, made (0700) when it is missing; NULL: no cache. A cache that cannot be used is no error. -EINVAL
 * with words that name the property when the spec is invalid (unknown action, operator, architecture or flag).
 */
int seccomp_program_load(const struct spec_seccomp *seccomp, const char *cache_dir, struct seccomp_program *ret);
/* Where hoy-runtime keeps them, whatever its --root: /run/hoy/seccomp, or in $XDG_RUNTIME_DIR; NULL: nowhere. Caller frees. */
char *seccomp_program_cache(void);
void seccomp_program_release(struct seccomp_program *program);
/* The filter's actions include SCMP_ACT_NOTIFY: seccomp_program_apply returns a listener that must reach listenerPath. */
bool seccomp_program_notifies(const struct seccomp_program *program);
/*
 * Installs it for this thread; for a process without CAP_SYS_ADMIN no_new_privs must be set before. *@ret_listener is the
 * listener's descriptor (close-on-exec) or -1. Nothing to do for count 0.
 */
int seccomp_program_apply(const struct seccomp_program *program, int *ret_listener);
/*
 * Sends the listener to the agent at listenerPath: one message with the container process state of the runtime spec and
 * the descriptor "seccompFd". @state is the state of the container as JSON, @pid the process that has the filter. Runs
 * in the parent half.
 */
int seccomp_send_listener(const struct spec_seccomp *seccomp, const char *oci_version, pid_t pid, const char *state, int listener);
