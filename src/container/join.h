/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Namespaces of other containers, opened each time a container starts that shares them (namespaces.h): by the pidfd of the
 * other one's pid 1, so that no process that got its number later can be taken for it. Monitor's process, before
 * runtime_create; but for join_find.
 */
#include "container/home.h"
#include "container/namespaces.h"
#include "container/networks.h"
#include "runtime/runtime.h"

/*
 * The containers that the options name, when a container is made: checks the modes, too (namespaces_check). -ENOENT with words
 * when one is not there. Caller releases *@ret.
 */
int join_find(const struct home *home, const struct run_options *o, const struct networks *n, struct shared_with *ret);
void join_find_release(struct shared_with *s);

struct join {
	bool open; /* there is something to join */
	struct runtime_given given;
};

/*
 * `struct join j = { 0 };` is nothing to join. Opens what @spec's namespaces of the form "container:ID" are now; their paths become
 * ones that can be shown. With an IPC namespace comes the other container's /dev/shm. -ENOENT, -ESRCH (it does not run), -EINVAL
 * (its IPC namespace is private) with Docker's words.
 */
int join_open(const struct home *home, struct spec *spec, struct join *ret);
void join_release(struct join *j);
/* One more: @tree is taken over; @fresh: see runtime_tree. */
void join_add_tree(struct join *j, const char *at, const char *shown, int tree, bool fresh);
/* For runtime_create.given: NULL when there is nothing to join. */
const struct runtime_given *join_given(const struct join *j);
