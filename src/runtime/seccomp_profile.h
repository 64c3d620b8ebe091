/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Profiles in Docker's JSON format (archMap, includes and excludes by capability, architecture and kernel version),
 * resolved to the plain form of the runtime spec for one container on this machine. The default one is share/seccomp.json,
 * which the build turns into a table. Called by the engine; nothing here is run by the runtime.
 */
#include "runtime/spec.h"

#include <stddef.h>
#include <stdint.h>

/* What the rules of a profile depend on. */
struct seccomp_target {
	uint64_t capabilities; /* of the container's bounding set */
	uint32_t kernel;       /* major << 16 | minor */
	const char *arch;      /* SCMP_ARCH_* of the machine */
};
/* This machine's kernel and architecture with @capabilities. */
struct seccomp_target seccomp_target_here(uint64_t capabilities);

/* The default profile. Fills a zeroed @ret, which the caller releases with the spec it is part of. Cannot fail. */
void seccomp_profile_default(const struct seccomp_target *target, struct spec_seccomp *ret);
/*
 * The profile @text, as --security-opt seccomp=FILE gives it; @name is for the words. -EINVAL with words when it is not
 * a profile. @ret is released by the caller even then.
 */
int seccomp_profile_parse(const char *text, size_t len, const char *name, const struct seccomp_target *target,
			  struct spec_seccomp *ret);
