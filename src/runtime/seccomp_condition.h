/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the arguments of one system call decide. Pure. */
#include "runtime/seccomp_assemble.h"
#include "runtime/seccomp_plan.h"

/* The value of the first of @count alternatives that holds, or @otherwise. Each has a condition at least. */
seccomp_place seccomp_emit_conditions(struct seccomp_assembler *a, const struct seccomp_alternative *const *list, size_t count,
				      uint32_t otherwise);
