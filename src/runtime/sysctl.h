/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * linux.sysctl: kernel parameters that belong to one of the container's own namespaces. Any other would change the host
 * (CVE-2022-0811: kernel.core_pattern), so it is refused before anything is done.
 */
#include "runtime/spec.h"

struct init;

/* -EINVAL with words for a parameter that is not of a new namespace of this spec. */
int sysctl_check(const struct spec *spec);
/* Writes them through the verified procfs. Init's half. */
int sysctl_apply(struct init *in);
