/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Init's half: the child of runtime_create, in the new namespaces, builds the container around itself and becomes its
 * program. It is a copy of the parent (clone without shared memory), so it has the spec and the compiled filter in memory
 * and reads nothing again. It ends by exec or, after it reported its error chain, by _exit.
 */
#include "base/strv.h"
#include "runtime/namespace.h"
#include "runtime/runtime.h"

#include <stdbool.h>
#include <sys/types.h>

struct seccomp_program;

/* A mount that becomes read-only when everything below it is there. */
struct init_seal {
	int mount;
	char *shown;
};

/* A filesystem that more places of the container are to have. */
struct init_whole {
	char *name, *shown; /* by X-mount.same=; where it is mounted first */
	int mount;
};

struct init {
	const struct runtime_create *create; /* borrowed, all of it: the parent's copies */
	const struct spec *spec;
	const struct seccomp_program *seccomp;
	const struct namespace_plan *namespaces;
	const struct cgroup *cgroup; /* NULL: none */
	const struct intel_rdt *rdt; /* its class of service, or an empty one */
	bool cloned_into;            /* born in its v2 cgroup */
	bool cgroup_entered;         /* in all of it already: the stage was */
	bool cgroup_later;           /* it is still being made: SYNC_CGROUP tells when it is there */
	int sync;                    /* to the parent */
	bool wait_at_once;           /* the parent has something to do first: user mappings, interfaces */
	bool user_ns;                /* it has a user namespace other than the runtime's */
	bool rootless;               /* that, or the runtime has one: the machine's root did not say what may be changed */
	int proc;                    /* a procfs that is verified to be one and is not the container's; O_PATH */
	pid_t outer_pid;             /* this process as the caller counts */
	int bundle;                  /* the bundle's directory as this mount namespace has it, until the host is left; O_PATH */
	int root;                    /* the container's root directory (its mount), O_PATH */
	int *sources; /* of binds, by their place in spec->mounts, where the parent opened them; -1: not; NULL: none */
	int old_root; /* the host's root directory as this mount namespace has it, until it is left; O_PATH */
	struct init_seal *seals;
	size_t seal_count;
	struct init_whole *wholes;
	size_t whole_count;
	struct strv env; /* of the program, complete */
	char *program;   /* what args[0] was found to be */
	bool cwd_later;  /* the working directory is for the user alone */
};

_Noreturn void init_run(struct init *in);
/* Opens /proc and makes sure that it is a procfs: labels and limits written into a forged one would go nowhere. */
int init_open_proc(void);
/* Puts the caller's 0, 1 and 2 in place and lets no other descriptor but those asked for through exec. */
int init_arrange_fds(const struct runtime_create *create);
