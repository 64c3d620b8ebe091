/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the process may do: capabilities, seccomp, --security-opt, --privileged, --sysctl. Command process. */
#include "container/options.h"
#include "runtime/spec.h"

/* --security-opt, read. */
struct security {
	bool no_new_privileges;
	bool system_paths; /* systempaths=unconfined: nothing is masked */
	bool writable_cgroups;
	const char *seccomp; /* NULL: the default; "unconfined"; or a file */
	const char *apparmor;
};

/* Borrows from @options. -EINVAL or -ENOSYS with words. */
int security_read(const struct strv *options, struct security *ret);
/*
 * Capabilities of a process of user @uid, and the seccomp filter that fits them. Errors carry words that name the value
 * or the profile's file.
 */
int security_fill(const struct run_options *o, const struct security *s, uint32_t uid, struct spec *spec);
/* --sysctl NAME=VALUE behind Docker's two for a private network: ports below 1024 and ping are open to every user inside. */
int security_sysctls(const struct run_options *o, bool host_network, struct spec_pairs *ret);
