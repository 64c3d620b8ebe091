/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From a spec_seccomp to a BPF program: seccomp_plan.c reads it, seccomp_syscall.c knows names and numbers, seccomp_compile.c
 * decides what happens to each number, seccomp_condition.c what its arguments decide, seccomp_assemble.c writes instructions. Pure;
 * runs in the parent half.
 *
 * The program is a search tree: numbers that end alike stand in one range, and ranges are halved until one is left. The
 * default profile is about 60 ranges, so seven comparisons find any system call; a chain of one comparison a call takes
 * hundreds, and the kernel walks it for every number when the filter is installed (it caches what is always allowed).
 */
#include "runtime/seccomp.h"

/* Compiles without a cache; caller releases *@ret. -EINVAL with words that name the property. */
int seccomp_compile(const struct spec_seccomp *seccomp, struct seccomp_program *ret);
