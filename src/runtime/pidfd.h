/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <sys/types.h>

/* The pid of a pidfd as the caller's procfs counts, from its fdinfo; -ESRCH with words when the process is gone. */
pid_t pidfd_pid(int pidfd);
