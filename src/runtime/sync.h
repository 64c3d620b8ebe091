/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The conversation of the parent half with init: whole messages over a SOCK_SEQPACKET pair, a descriptor beside some of
 * them. The child's error chain travels in it, so that the parent's words are the child's; a child that dies without a
 * word gets a sentence of its own. Both halves use it.
 */
#include "base/error.h"

#include <sys/types.h>

enum sync_kind {
	SYNC_GO = 1,   /* parent: what you wait for is done */
	SYNC_READY,    /* init: built; waiting to be started */
	SYNC_FAILED,   /* init or stage: my error chain; I end now */
	SYNC_CLONED,   /* stage: here is init's pidfd */
	SYNC_HOOKS,    /* init: the namespaces exist, the root is not entered: run createRuntime */
	SYNC_CONSOLE,  /* init: here is the pty's master */
	SYNC_SOURCE,   /* parent: here is what a mount will need, see runtime/sources.h */
	SYNC_CGROUP,   /* parent: your cgroup is complete */
	SYNC_IDMAP,    /* init: map the owners of this for me, see runtime/sources.h */
	SYNC_LISTENER, /* init: here is the seccomp listener */
};

/* Close-on-exec ends in @ret[0] (parent) and @ret[1] (init). */
int sync_open(int ret[2]);
/* Sends a message of one kind, with @fd beside it unless it is -1. */
int sync_send(int sync, enum sync_kind kind, int fd);
/* Sends the chain of @code; what happens to it then does not matter to the sender. */
void sync_fail(int sync, int code);
/*
 * Receives one message: its kind, and in *@ret_fd (close-on-exec, owned by the caller) what came beside it or -1. A
 * SYNC_FAILED becomes this process's chain and is returned as its code. End of file is 0.
 */
int sync_receive(int sync, int *ret_fd);
/* Waits for @kind alone: anything else is an error. -EPIPE at end of file, without words. */
int sync_expect(int sync, enum sync_kind kind);
/* The sentence for a child that ended without a word. @pid is a child of the caller, @pidfd its descriptor. Returns -errno. */
int sync_silence(pid_t pid, int pidfd);
