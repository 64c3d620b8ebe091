/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which namespaces are made and which are joined, and in what order. The order is the kernel's, not ours:
 *
 *  - A pid or time namespace is entered by children alone, and a user namespace changes who may join the others. With one of
 *    those to join (or a new time namespace, whose offsets must be written before anybody is in it) a stage process joins
 *    first and then clones init as its sibling (CLONE_PARENT), so that init is the caller's child all the same.
 *  - A new cgroup namespace shows the cgroup that its maker is in, so init makes it after it has entered its cgroup, and
 *    never by clone3, which would take the parent's.
 *  - A namespace that a joined user namespace owns can only be joined from within it; one that it does not own only before.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>

/* Open descriptors of the namespaces to join, by type; -1: none. */
struct namespace_plan {
	int join[SPEC_NS_COUNT];
	uint64_t made;     /* CLONE_NEW* for clone3: all new ones but the cgroup's and time's, and one to mount in in any case */
	uint64_t inside;   /* those that init makes itself, see namespace_plan_inside */
	int caller_mounts; /* the runtime's mount namespace, where the container has none of its own; else -1 */
	bool new_cgroup, new_time;
	bool time_in_init; /* init makes the time namespace and goes there: only root of its new user namespace may, or nobody else
			      needs to */
	bool stage;        /* a stage process is needed */
};

/*
 * Opens what is to be joined and checks that it is a namespace of its type. @given has descriptors that stand for a path of
 * the spec (they stay the caller's; -1: none), or is NULL.
 */
int namespace_plan_make(const struct spec *spec, const int *given, struct namespace_plan *ret);
/* The network namespace, which takes longest, is made by init and not by clone3: the caller has other things to do meanwhile. */
void namespace_plan_inside(struct namespace_plan *plan);
void namespace_plan_release(struct namespace_plan *plan);
/*
 * Joins them, in the order above: in the stage, or, when none was needed, in init itself. With a joined user namespace the
 * caller becomes its root.
 */
int namespace_join(const struct spec *spec, const struct namespace_plan *plan);
/* A new time namespace for the children of the caller, with the spec's offsets. @proc is a verified procfs. */
int namespace_new_time(const struct spec *spec, int proc);
/* The same, and the caller goes there. */
int namespace_enter_new_time(const struct spec *spec, int proc);
/* CLONE_NEW* of all namespaces that the container has for itself, for setns(2) with its init's pidfd. */
int namespace_types(const struct spec *spec);
