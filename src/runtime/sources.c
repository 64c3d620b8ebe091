/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/sources.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/mount.h"
#include "kernel/process.h"
#include "runtime/init.h"
#include "runtime/mount.h"
#include "runtime/mount_idmap.h"
#include "runtime/pidfd.h"
#include "runtime/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/wait.h>
#include <unistd.h>

/* A bind whose source is found by its path, and is not to be made by the mounts before it. */
static bool has_source(const struct runtime_create *create, const struct mount_entry *e)
{
	autofree char *inside = NULL;

	if (e->kind != MOUNT_BIND || mount_given_tree(create, e))
		return false;
	inside = mount_inside_root(create, e);
	return !inside;
}

static int send_one(int sync, int fd)
{
	int r = sync_send(sync, SYNC_SOURCE, fd);

	return r < 0 ? fail_code(r, "hand the source of a mount to init") : 0;
}

static int send_all(const struct runtime_create *create, const struct mount_plan *plan, int sync)
{
	const char *path = create->bundle_path ? create->bundle_path : "/";
	autofd int bundle = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), root = -1;
	int r;

	if (bundle < 0)
		return fail_errno("open bundle %s", path);
	root = openat(bundle, create->spec->root.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail_errno("root filesystem %s", create->spec->root.path);
	r = send_one(sync, bundle);
	if (r == 0)
		r = send_one(sync, root);
	for (size_t i = 0; r == 0 && i < plan->count; i++) {
		autofd int source = -1;

		if (!has_source(create, &plan->items[i]))
			continue;
		source = mount_open_source(&plan->items[i], bundle);
		r = source < 0 ? source : send_one(sync, source);
	}
	return r;
}

static _Noreturn void run_child(const struct runtime_create *create, int pidfd, int sync, int report)
{
	struct mount_plan plan = { 0 };
	int r = sys_setns("init's mounts, with the host's eyes", pidfd, CLONE_NEWNS, "the container's mount namespace");

	mount_plan_make(create->spec, &plan);
	/* who may not go there sees no more than init does: it opens them itself */
	if (r == 0)
		r = send_all(create, &plan, sync);
	else if (r == -EPERM)
		r = 0;
	/* nobody listens: then init has said why it ended */
	if (r == -EPIPE || r == -ECONNRESET)
		r = 0;
	mount_plan_release(&plan);
	if (r < 0)
		sync_fail(report, r);
	else
		(void)sync_send(report, SYNC_READY, -1);
	_exit(0);
}

int sources_send(const struct runtime_create *create, int pidfd, int sync)
{
	struct sys_clone how = { .cgroup = -1, .shown = "" };
	autofd int ours = -1, theirs = -1, child_pidfd = -1;
	int pair[2], r = sync_open(pair);
	pid_t pid;

	if (r < 0)
		return r;
	ours = pair[0];
	theirs = pair[1];
	pid = sys_clone("to open what lies behind closed doors", &how, &child_pidfd);
	if (pid < 0)
		return pid;
	if (pid == 0)
		run_child(create, pidfd, sync, theirs);
	close(take_fd(&theirs));
	r = sync_expect(ours, SYNC_READY);
	(void)waitpid(pid, NULL, 0);
	return r == -EPIPE ? fail(r, "open the sources of mounts: the helper died without a word") : r;
}

int sources_receive(struct init *in)
{
	size_t count = in->spec->mounts.count;
	struct mount_plan plan = { 0 };
	size_t next = 0, got = 0;
	int r;

	mount_plan_make(in->spec, &plan);
	in->sources = xcalloc(count + 1, sizeof *in->sources);
	for (size_t i = 0; i < count; i++)
		in->sources[i] = -1;
	for (;;) {
		autofd int fd = -1;

		r = sync_receive(in->sync, &fd);
		if (r != SYNC_SOURCE)
			break;
		while (got >= 2 && next < plan.count && !has_source(in->create, &plan.items[next]))
			next++;
		if (got == 0)
			in->bundle = take_fd(&fd);
		else if (got == 1)
			in->root = take_fd(&fd);
		else if (next < plan.count)
			in->sources[next++] = take_fd(&fd);
		got++;
	}
	mount_plan_release(&plan);
	if (r == SYNC_GO)
		return 0;
	return r > 0 ? fail(-EPROTO, "message %d of the parent came out of turn", r) : r == 0 ? -EPIPE : r;
}

/* ---- mounts whose owners are mapped ---- */

static int idmap_there(const struct sources_idmap *m, const struct mount_entry *e)
{
	autofd int proc = init_open_proc(), tree = -1, mapping = -1;
	int r = proc < 0 ? proc
			 : sys_setns("init's mounts, with the host's rights", m->pidfd, CLONE_NEWNS, "init's mount namespace");

	if (r < 0)
		return r;
	/* without a mapping of its own it has the container's, which may be one that was joined */
	mapping = e->spec->uid_mappings.count ? mount_idmap_open(proc, m->create->spec, e)
					      : pidfd_namespace(m->pidfd, SPEC_NS_USER);
	if (mapping < 0)
		return mapping;
	tree = sys_tree_clone(m->source, e->destination, e->options.recursive);
	if (tree < 0)
		return tree;
	r = sys_tree_idmap(tree, e->destination, mapping, e->options.idmap_recursive);
	return r < 0 ? r : sync_send(m->sync, SYNC_SOURCE, tree);
}

/* The @n-th entry that is to be mapped: init asks for them in their order. */
static const struct mount_entry *find_idmap(const struct mount_plan *plan, size_t n)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->items[i].kind == MOUNT_BIND && plan->items[i].options.idmap && n-- == 0)
			return &plan->items[i];
	return NULL;
}

int sources_idmap(const struct sources_idmap *m)
{
	struct sys_clone how = { .cgroup = -1, .shown = "" };
	const struct mount_entry *entry;
	struct mount_plan plan = { 0 };
	autofd int child = -1;
	pid_t pid = -1;
	int r, status = 0;

	mount_plan_make(m->create->spec, &plan);
	entry = find_idmap(&plan, m->place);
	r = entry ? 0 : fail(-EPROTO, "init asks for a mount that is not in the plan");
	if (r == 0) {
		pid = sys_clone("to map a mount with the host's rights", &how, &child);
		r = pid < 0 ? pid : 0;
	}
	if (pid == 0) {
		r = idmap_there(m, entry);
		if (r < 0)
			sync_fail(m->sync, r);
		_exit(0);
	}
	mount_plan_release(&plan);
	if (r == 0 && waitpid(pid, &status, 0) == pid && status)
		r = fail(-EPIPE, "map a mount: the helper died without a word");
	return r;
}

int sources_idmapped(struct init *in, int source)
{
	autofd int tree = -1;
	int r = sync_send(in->sync, SYNC_IDMAP, source);

	if (r == 0)
		r = sync_receive(in->sync, &tree);
	if (r == SYNC_SOURCE && tree >= 0)
		return take_fd(&tree);
	return r < 0 ? r : fail(-EPROTO, "message %d of the parent came out of turn", r);
}
