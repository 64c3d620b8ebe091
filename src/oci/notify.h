/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * $NOTIFY_SOCKET: a service manager waits for READY=1 from the service, and would not take it from a process of a container's,
 * whose pid it does not know. So the container gets a socket of its own below /run/notify, and the word is passed on from there,
 * with the container's pid as MAINPID. As runc does it: only READY is passed on, once.
 */
#include "oci/command.h"
#include "runtime/spec.h"

#include <sys/types.h>

/* The caller's, or NULL. */
const char *notify_host(void);
/* A directory in the state directory @dir of @id, bound into the container; $NOTIFY_SOCKET of the process is in it. */
int notify_prepare(const struct oci *oci, const char *id, int dir, struct spec *spec);
/* Makes the socket in the directory that notify_prepare made; returns it, -ENOENT without words when there is none. */
int notify_bind(int dir);
/* Reads one message; 1 when it was READY, and it was passed on. @main_pid: 0 names none. */
int notify_forward(int socket, pid_t main_pid);
/* Until READY was passed on, or the process of @pidfd has ended. */
int notify_wait(int socket, int pidfd, pid_t main_pid);
