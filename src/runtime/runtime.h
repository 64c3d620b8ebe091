/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The runtime library: from a spec to a process. Two callers: the engine's monitor, which forks from `hoy` and calls it
 * in process, and hoy-runtime, which adds runc's command line and a state directory.
 *
 * runtime_create runs in the parent (monitor or hoy-runtime): it makes the cgroup, clones init into new namespaces and
 * lets it build the container up to the point before exec. Everything init reports comes back as this process's error
 * chain. runtime_start lets it exec. What outlives the processes, the cgroup alone, is removed by runtime_delete.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <sys/types.h>

struct cgroup; /* runtime/cgroup.h */

/* What the caller has opened already and is certain of, where the spec's words alone could mean another thing by now. */
struct runtime_tree {
	char *at, *shown; /* destination of the mount that gets it in place of its source or file system; what the words call it */
	int tree;         /* detached (tree_open, mount_detached) */
	bool fresh;       /* nobody has it but this container: it is filled as one that init made */
};

struct runtime_given {
	int namespaces[SPEC_NS_COUNT]; /* to join, by type, in place of the spec's path, which is only shown; -1: by the path */
	struct runtime_tree *trees;
	size_t tree_count;
};

struct runtime_create {
	const char *id; /* for the cgroup's default name and the errors */
	const struct spec *spec;
	const char *bundle_path;   /* absolute; relative paths of the spec count from it, and hooks are told it; NULL: "/" */
	const char *seccomp_cache; /* directory for compiled filters, see seccomp_program_load; NULL: none */
	int stdio[3];              /* become 0, 1, 2 of the process when it has no terminal; -1 leaves the caller's own */
	int console_socket;        /* with a terminal: where the pty's master is sent; -1: it is returned in ret->console */
	bool console_bare; /* the pty adds no carriage returns: the caller shows its output on a terminal that does, or elsewhere */
	int start_socket;  /* a listening unix socket on which init waits for runtime_start_at of another process; -1: none */
	const struct runtime_given *given; /* borrowed; NULL: nothing */
	unsigned int preserve_fds;         /* descriptors 3 … 2+n stay open in the process */
	bool no_pivot, no_new_keyring;
	bool systemd_cgroup;
	bool no_cgroup; /* it stays in the caller's; limits are an error then */
	signed char
		rootless; /* it may do without a cgroup where it may make none: 1 yes, 0 no, -1 unless it is the machine's root */
	/* the process gets SIGKILL when the caller's thread ends (PR_SET_PDEATHSIG, set after the change of credentials, which
	 * clears it): the engine's containers do not outlive their monitor */
	bool die_with_parent;
	/* told where the cgroup is going to be before it is made, see cgroup_options; NULL: nobody is */
	int (*cgroup_planned)(void *data, const char *path);
	/* called while init builds the container: what the caller has to do in any case; NULL: nothing */
	int (*meanwhile)(void *data);
	void *data;       /* of these two */
	bool script_only; /* --explain=script: build it all, say the exec step, and end instead of executing */
};

#define RUNTIME_CREATE_NONE \
	((struct runtime_create){ .stdio = { -1, -1, -1 }, .console_socket = -1, .start_socket = -1, .rootless = -1 })

struct runtime_container {
	pid_t pid; /* as the caller's pid namespace counts */
	int pidfd;
	int console;           /* the pty's master, or -1 */
	int sync;              /* to init, which waits for runtime_start on it */
	struct cgroup *cgroup; /* NULL: none was asked for or could be made (rootless without delegation) */
};
#define RUNTIME_CONTAINER_NONE ((struct runtime_container){ .pid = -1, .pidfd = -1, .console = -1, .sync = -1 })

/*
 * Builds the container. On failure nothing is left: no process, no cgroup. On success the caller owns *@ret, must reap
 * the pid (it is a child of the caller) and call runtime_delete in the end.
 */
int runtime_create(const struct runtime_create *create, struct runtime_container *ret);
/* With a start_socket: the caller has written down what it made, init may wait for runtime_start_at without it. */
int runtime_leave(struct runtime_container *container);
/*
 * Lets init execute the process and waits until it did. Fails with init's chain when exec fails: runtime_exec_exit_code
 * tells the engine's exit code.
 */
int runtime_start(struct runtime_container *container);
/* The same from another process: @name in @dir is what runtime_create.start_socket is bound to. */
int runtime_start_at(int dir, const char *name);
/*
 * Errors of the process's own program (not found, not executable) have codes of their own: a negative errno less this, so
 * that they are told from the same errno of a mount. They come from create, which looks the program up, or from start.
 */
#define RUNTIME_EXEC_ERROR 4096
/* 127 for a command that is missing, 126 for one that may not be executed, 125 for all other errors of create and start. */
int runtime_exec_exit_code(int error);
/* Kills what is left in the cgroup, removes it, closes descriptors. Idempotent; fine for RUNTIME_CONTAINER_NONE. */
int runtime_delete(struct runtime_container *container);
