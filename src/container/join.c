/* SPDX-License-Identifier: Apache-2.0 */
#include "container/join.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/handle.h"
#include "container/namespaces.h"
#include "runtime/pidfd.h"
#include "runtime/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHM "/dev/shm"

void join_find_release(struct shared_with *s)
{
	free(s->pid);
	free(s->ipc);
	free(s->network);
	*s = (struct shared_with){ 0 };
}

static int find_one(const struct home *home, const char *name, char **ret)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	int r = name ? handle_open(home, name, &h) : 0;

	if (r < 0)
		return fail_while(r, "%s", name);
	*ret = xstrdup(h.record.id);
	return 0;
}

int join_find(const struct home *home, const struct run_options *o, const struct networks *n, struct shared_with *ret)
{
	autocall(join_find_release) struct shared_with found = { 0 };
	int r = namespaces_check(o);

	if (r == 0)
		r = find_one(home, namespaces_container(o->pid), &found.pid);
	if (r == 0)
		r = find_one(home, namespaces_container(o->ipc), &found.ipc);
	if (r == 0)
		r = find_one(home, n->container, &found.network);
	if (r < 0)
		return r;
	*ret = found;
	found = (struct shared_with){ 0 };
	return 0;
}

static void init(struct join *j)
{
	if (j->open)
		return;
	*j = (struct join){ .open = true };
	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		j->given.namespaces[i] = -1;
}

void join_release(struct join *j)
{
	if (!j->open)
		return;
	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		cleanup_fd(&j->given.namespaces[i]);
	for (size_t i = 0; i < j->given.tree_count; i++) {
		free(j->given.trees[i].at);
		free(j->given.trees[i].shown);
		close(j->given.trees[i].tree);
	}
	free(j->given.trees);
	*j = (struct join){ 0 };
}

const struct runtime_given *join_given(const struct join *j)
{
	return j->open ? &j->given : NULL;
}

void join_add_tree(struct join *j, const char *at, const char *shown, int tree, bool fresh)
{
	struct runtime_given *g = &j->given;

	init(j);
	g->trees = xrealloc(g->trees, (g->tree_count + 1) * sizeof *g->trees);
	g->trees[g->tree_count++] = (struct runtime_tree){ xstrdup(at), xstrdup(shown), tree, fresh };
}

/* The mount of the spec that stands for the other container's /dev/shm, or NULL: the user mounts something else there. */
static struct spec_mount *find_shm(struct spec *spec)
{
	for (size_t i = 0; i < spec->mounts.count; i++)
		if (namespaces_container(spec->mounts.items[i].source))
			return &spec->mounts.items[i];
	return NULL;
}

static int open_shm(const struct handle *donor, int pidfd, struct spec *spec, struct join *j)
{
	struct spec_mount *m = find_shm(spec);
	autofree char *shown = xasprintf("/proc/%d/root" SHM, donor->state.pid);
	int tree;

	if (!m)
		return 0;
	tree = tree_open(pidfd, SHM);
	if (tree < 0)
		return tree;
	xreplace(&m->source, shown);
	join_add_tree(j, m->destination, shown, tree, false);
	return 0;
}

static int join_one(const struct home *home, struct spec *spec, enum spec_namespace_type type, struct join *j)
{
	struct spec_namespace *n = &spec->linux_.namespaces[type];
	autocall(handle_release) struct handle donor = HANDLE_NONE;
	autofree char *shown = NULL;
	autofd int pidfd = -1;
	int r = handle_open(home, namespaces_container(n->path), &donor);

	if (r == 0 && type == SPEC_NS_IPC && namespaces_ipc_is_private(donor.record.ipc_mode))
		return fail(-EINVAL, "container %s: non-shareable IPC (hint: use IpcMode:shareable for the donor container)",
			    donor.record.id);
	if (r == 0)
		r = handle_pidfd(&donor, &pidfd);
	if (r == 0)
		r = j->given.namespaces[type] = pidfd_namespace(pidfd, type);
	if (r >= 0 && type == SPEC_NS_IPC)
		r = open_shm(&donor, pidfd, spec, j);
	if (r < 0)
		return r;
	shown = xasprintf("/proc/%d/ns/%s", donor.state.pid, type == SPEC_NS_NETWORK ? "net" : type == SPEC_NS_IPC ? "ipc" : "pid");
	xreplace(&n->path, shown);
	return 0;
}

int join_open(const struct home *home, struct spec *spec, struct join *ret)
{
	static const struct {
		enum spec_namespace_type type;
		const char *name;
	} types[] = { { SPEC_NS_PID, "PID" }, { SPEC_NS_IPC, "IPC" }, { SPEC_NS_NETWORK, "network" } };
	autocall(join_release) struct join j = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		int r;

		if (!namespaces_container(spec->linux_.namespaces[types[i].type].path))
			continue;
		init(&j);
		r = join_one(home, spec, types[i].type, &j);
		if (r < 0)
			return fail_while(r, "failed to join %s namespace", types[i].name);
	}
	*ret = j;
	j = (struct join){ 0 };
	return 0;
}
