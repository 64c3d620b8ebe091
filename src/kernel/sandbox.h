/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The cages of hoy's own processes that parse what strangers sent. Each function confines the calling process for
 * good; what they use: chroot, capabilities, no_new_privs, resource limits, seccomp, Landlock (Linux 5.13). A feature this
 * kernel does not have is left out quietly; a feature that it has and that fails is an error. A system call outside the
 * list ends the program with SIGSYS, unless a handler (sandbox_on_violation) says so in words first.
 *
 * Not steps: they change nothing but the process itself, and are the same for each run.
 */
#include <stdbool.h>
#include <stdint.h>

#define SANDBOX_NOBODY 65534 /* who they are, user and group */

/* What hoy-unpack is to do decides which capabilities are left to it; none when not root. */
enum sandbox_work {
	SANDBOX_UNPACK, /* CHOWN, DAC_OVERRIDE, FOWNER, FSETID, MKNOD, SETFCAP */
	SANDBOX_COPY,   /* the same and DAC_READ_SEARCH: before Linux 6.10 a nameless file gets its name only with that */
	SANDBOX_PACK,   /* DAC_READ_SEARCH */
};
/*
 * hoy-unpack, first half, before any thread is started: the directory @root becomes the root directory, no other
 * directory stays open, privileges shrink to those the work needs, limits are set, umask is 0.
 * Without CAP_SYS_CHROOT (not root) there is no chroot: paths are then kept inside by openat2 alone.
 */
int sandbox_unpacker(int root, enum sandbox_work work);
/*
 * hoy-unpack, second half, when its threads run: all threads get the list of permitted system calls. No socket, no exec,
 * no new thread or process, no mount, no namespace.
 */
int sandbox_unpacker_seal(void);
/*
 * hoy-transfer, before it reads the first byte from outside and before any thread is started: uid and gid 65534 when
 * started as root, no capabilities, not dumpable, no exec, ptrace, mount, namespace or new process (threads are allowed:
 * libcurl resolves names in one); with Landlock no file can be written and only what TLS and name lookup need can be
 * read (/etc, /usr, /lib*, /run/systemd/resolve, and @read_paths, NULL-terminated, may be NULL: those that are
 * missing are skipped). Descriptors that are open already stay usable.
 */
int sandbox_transfer(const char *const *read_paths);
/*
 * The name server of a network, when its sockets are open: uid and gid 65534, no capabilities, no exec; with Landlock only
 * the directory @names, which says who is in which network, and /etc can be read. A short list of system calls is left: any other
 * one ends it.
 */
int sandbox_name_server(int names);
/*
 * What carries bytes to published ports, when its sockets listen: the same, but there is no file that it could open, it ends with
 * its parent, and its sockets are of TCP and UDP, and of SCTP where it has such ports.
 */
int sandbox_relay(bool sctp);
/*
 * Calls @tell (async-signal-safe, may not return) when a system call outside the list is tried. Without it the process
 * is killed by SIGSYS.
 */
int sandbox_on_violation(void (*tell)(int syscall_number));
