/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "runtime/spec.h"

#include <sys/types.h>

/* The pid of a pidfd as the caller's procfs counts, from its fdinfo; -ESRCH with words when the process is gone. */
pid_t pidfd_pid(int pidfd);
/*
 * The namespace of this type that the process @pidfd is in: a descriptor, certain to be that process's and no other's that
 * got its number. -ESRCH with words when it has ended.
 */
int pidfd_namespace(int pidfd, enum spec_namespace_type type);
