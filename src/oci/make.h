/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `create` and `run` share: from a bundle to a container that waits to be started, and a state directory. */
#include "oci/command.h"
#include "runtime/runtime.h"

struct make_flags {
	const char *bundle, *config, *console_socket, *pidfd_socket, *pid_file;
	int64_t preserve_fds;
	bool no_pivot, no_new_keyring;
	bool detach, keep, no_subreaper; /* of run alone */
};
/* The rows of the options that both have. */
#define MAKE_OPTIONS                                                                                               \
	{ 'b',           "bundle",                                                                                 \
	  OPTION_STRING, offsetof(struct make_flags, bundle),                                                      \
	  "value",       "path to the root of the bundle directory, defaults to the current directory" },          \
		{ 0,                                                                                               \
		  "console-socket",                                                                                \
		  OPTION_STRING,                                                                                   \
		  offsetof(struct make_flags, console_socket),                                                     \
		  "value",                                                                                         \
		  "path to an AF_UNIX socket which will receive the master end of the console's pseudoterminal" }, \
		{ 0,                                                                                               \
		  "pidfd-socket",                                                                                  \
		  OPTION_STRING,                                                                                   \
		  offsetof(struct make_flags, pidfd_socket),                                                       \
		  "value",                                                                                         \
		  "path to an AF_UNIX socket which will receive a pidfd of the init process" },                    \
		{ 'f',                                                                                             \
		  "config",                                                                                        \
		  OPTION_STRING,                                                                                   \
		  offsetof(struct make_flags, config),                                                             \
		  "value",                                                                                         \
		  "override the config file name, in the bundle or absolute",                                      \
		  "\"config.json\"" },                                                                             \
		{ 0,                                                                                               \
		  "pid-file",                                                                                      \
		  OPTION_STRING,                                                                                   \
		  offsetof(struct make_flags, pid_file),                                                           \
		  "value",                                                                                         \
		  "specify the file to write the process id to" },                                                 \
		{ 0, "no-pivot", OPTION_BOOL, offsetof(struct make_flags, no_pivot),                               \
		  .help = "do not use pivot_root to jail the process inside the rootfs" },                         \
		{ 0, "no-new-keyring", OPTION_BOOL, offsetof(struct make_flags, no_new_keyring),                   \
		  .help = "do not create a new session keyring for the container" },                               \
	{                                                                                                          \
		0, "preserve-fds", OPTION_INT, offsetof(struct make_flags, preserve_fds), "value",                 \
			"pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total)"   \
	}

struct made {
	struct runtime_container container;
	struct spec spec;
	char *state; /* the standard's state as JSON, status running: for poststart hooks */
	int notify;  /* the socket of oci/notify.h when it is started here, or -1 */
};
#define MADE_NONE ((struct made){ .container = RUNTIME_CONTAINER_NONE, .notify = -1 })

/*
 * Creates the container @id. @started_elsewhere: init will wait for `start` on a socket in the state directory. On failure
 * nothing is left.
 */
int make_container(const struct oci *oci, const char *id, const struct make_flags *flags, bool started_elsewhere, struct made *ret);
void made_release(struct made *made);

/* Connects to the unix socket at @path; returns the descriptor. @what is for the words: "console socket". */
int socket_connect(const char *path, const char *what);
/* Sends @fd over the socket at @path, with @name as the message's bytes. */
int socket_send_fd(const char *path, const char *what, const char *name, int fd);
/* Writes the pid as callers read it: the digits alone, appearing at once. */
int pid_file_write(const char *path, pid_t pid);
/*
 * $LISTEN_FDS (systemd's socket activation, when $LISTEN_PID is ours or unset) and @more, each of which the caller must have
 * left open: one that it did not is by now a descriptor of ours (CVE-2024-21626). -E2BIG or -EBADF with words.
 */
int preserved_fds(const struct oci *oci, int64_t more, unsigned int *ret);
