/* SPDX-License-Identifier: Apache-2.0 */
#include "container/view.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/path.h"
#include "container/rootfs_dir.h"
#include "container/undo.h"
#include "container/view_mounts.h"
#include "kernel/mount.h"
#include "kernel/process.h"
#include "runtime/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 500
#define LOCK_PAUSE (INT64_C(20) * 1000 * 1000) /* ns */

#define LOOK_ONLY (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)

struct viewing {
	const struct handle *h;
	enum view_what what;
	bool writable;
	int init;         /* pidfd of a running container, or -1 */
	struct spec spec; /* of a stopped one */
	int socket;       /* the child's end */
};

/* ---- the child --------------------------------------------------------------------------------------------------- */

/* The tree at @root, detached, as the view is to be. */
static int clone_tree(const struct viewing *v, int root)
{
	autofd int tree = sys_tree_clone(root, "/", v->what == VIEW_SEEN);
	int r = tree < 0 ? tree : 0;

	if (r == 0 && !v->writable)
		r = sys_mount_change("to be looked at", tree, "/", LOOK_ONLY, 0, v->what == VIEW_SEEN);
	return r < 0 ? r : take_fd(&tree);
}

/* Undumpable before it is in there: its memory is the host's. It stays out of the pid namespace and cannot be seen. */
static int view_running(const struct viewing *v)
{
	autofd int root = -1;
	int r = sys_undumpable("it holds the host's files");

	if (r == 0)
		r = sys_setns("the container's mounts", v->init, CLONE_NEWNS, v->h->record.name);
	if (r < 0)
		return r;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? fail_errno("open the container's root") : clone_tree(v, root);
}

/* --rootfs: a directory of the user's, which is the root itself. */
static int bind_directory(const struct viewing *v, int at)
{
	struct sys_bind b = SYS_BIND_NONE;
	autofd int source = open(v->spec.root.path, O_PATH | O_DIRECTORY | O_CLOEXEC), tree = -1;

	if (source < 0)
		return fail_errno("open %s", v->spec.root.path);
	if (v->spec.root.uid_mappings.count) {
		tree = rootfs_dir_view(&v->spec.root, take_fd(&source));
		if (tree < 0)
			return tree;
	}
	b.source = source;
	b.detached = tree;
	b.shown_source = b.shown = v->spec.root.path;
	b.target = at;
	return sys_bind("the container's root file system", &b);
}

static int mount_overlay(const struct viewing *v, int at)
{
	autofree char *dir = xasprintf("%s/containers/%s", v->h->home->store->root, v->h->record.id);
	const struct strv *layers = &v->h->record.layers;
	autostrv lower = { 0 }, options = { 0 };
	struct sys_mount m = { .type = "overlay", .source = "overlay", .target = at, .shown = dir };

	for (size_t i = layers->count; i > 0; i--)
		strv_add(&lower, layers->items[i - 1]);
	strv_add_format(&options, "upperdir=%s/upper", dir);
	strv_add_format(&options, "workdir=%s/work", dir);
	strv_add(&options, "redirect_dir=off");
	m.lower = (char *const *)strv_array(&lower);
	m.options = (char *const *)strv_array(&options);
	return sys_mount("the container's root file system", &m);
}

/* In a mount namespace of this process's own. */
static int view_stopped(struct viewing *v)
{
	autofree char *place = xasprintf("%s/containers/%s/rootfs", v->h->home->store->root, v->h->record.id);
	autofd int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), at = -1, root = -1;
	int r = old < 0 ? fail_errno("open /") : 0;

	if (r == 0)
		r = sys_mount_propagate("mounts made here stay here", old, "/", MS_SLAVE, true);
	if (r < 0)
		return r;
	at = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (at < 0)
		return fail_errno("open %s", place);
	root = v->h->record.layers.count ? mount_overlay(v, at) : bind_directory(v, at);
	r = root < 0 ? root : 0;
	if (r == 0 && v->what == VIEW_SEEN)
		r = view_mounts(v->h, &v->spec, v->writable, root);
	if (r == 0 && v->spec.root.readonly)
		r = sys_mount_change("root.readonly", root, "/", MOUNT_ATTR_RDONLY, 0, false);
	return r < 0 ? r : clone_tree(v, root);
}

static _Noreturn void run_child(struct viewing *v, pid_t parent)
{
	struct error_record record;
	int fd, r = sys_die_with_parent("a view nobody waits for", SIGKILL);

	if (r == 0 && getppid() != parent)
		r = -ESRCH;
	fd = r < 0 ? r : v->init >= 0 ? view_running(v) : view_stopped(v);
	if (fd >= 0) {
		fd = fd_send(v->socket, "", 1, &fd, 1);
	} else {
		error_pack(fd, &record);
		(void)fd_send(v->socket, &record, sizeof record, NULL, 0);
	}
	_exit(fd < 0);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int receive(int socket, int *ret)
{
	struct error_record record;
	autofd int fd = -1;
	ssize_t n = fd_receive(socket, &record, sizeof record, &fd, 1);

	if (n == sizeof record)
		return error_unpack(&record);
	if (n != 1 || fd < 0)
		return fail(-ECHILD, "look into the container: the process that was to do it has died");
	*ret = take_fd(&fd);
	return 0;
}

static int make_view(struct viewing *v, int *ret)
{
	struct sys_clone how = { .namespaces = v->init >= 0 ? 0 : CLONE_NEWNS, .cgroup = -1 };
	autofd int ours = -1, theirs = -1, pidfd = -1;
	int pair[2], status, r;
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno("look into the container: socketpair");
	ours = pair[0];
	theirs = pair[1];
	v->socket = theirs;
	pid = sys_clone("a look at a container's files", &how, &pidfd);
	if (pid == 0)
		run_child(v, parent);
	if (pid < 0)
		return pid;
	close(take_fd(&theirs));
	r = receive(ours, ret);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return r;
}

static int read_spec(const struct handle *h, struct spec *ret)
{
	int r = spec_read_file(h->dir, "config.json", ret);

	return r == -ENOENT ? fail(-ENOENT, "its config.json is gone") : r;
}

/* What another command left there unfinished is undone first. */
static int lock_stopped(const struct handle *h)
{
	autofd int fd = undo_begin_now(h->home, h->record.id);

	if (fd >= 0 && faccessat(fd, "undo", F_OK, 0) == 0) {
		undo_run(h->home, h->record.id, fd, false);
		return -EAGAIN;
	}
	return fd < 0 ? fd : take_fd(&fd);
}

static void pause_a_little(void)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = LOCK_PAUSE }, NULL);
}

/*
 * A pidfd where it runs, its lock where it does not; while it is on its way from one to the other, or another command
 * looks into it, neither is to be had.
 */
static int hold(struct handle *h, int *ret_init, int *ret_lock)
{
	for (int i = 0;; i++) {
		int r;

		if (handle_runs(h) && handle_pidfd(h, ret_init) == 0)
			return 0;
		r = lock_stopped(h);
		if (r >= 0) {
			*ret_lock = r;
			return handle_refresh(h);
		}
		if (r != -EAGAIN)
			return r;
		if (i == LOCK_TRIES && h->state.status == STATUS_RESTARTING)
			return fail(-EBUSY, "container %s is restarting, wait until the container is running", h->record.name);
		if (i == LOCK_TRIES)
			return fail(-EBUSY, "container %s is in use by another command", h->record.name);
		pause_a_little();
		r = handle_refresh(h);
		if (r < 0)
			return r;
	}
}

static int try_view(struct viewing *v, struct handle *h, struct view *made)
{
	autofd int init = -1;
	int r = hold(h, &init, &made->lock);

	v->init = init;
	if (r == 0 && init < 0)
		r = read_spec(h, &v->spec);
	return r < 0 ? r : make_view(v, &made->root);
}

int view_open(struct handle *h, enum view_what what, bool writable, struct view *ret)
{
	struct viewing v = { .h = h, .what = what, .writable = writable };
	autocall(view_release) struct view made = VIEW_NONE;
	int r;

	made.held = h;
	r = try_view(&v, h, &made);
	/* it ended before it was entered: soon its monitor says so, and it is a stopped one */
	for (int i = 0; r == -ESRCH && made.lock < 0 && i < LOCK_TRIES; i++) {
		pause_a_little();
		r = handle_refresh(h);
		if (r == 0)
			r = try_view(&v, h, &made);
	}
	spec_release(&v.spec);
	if (r < 0)
		return r;
	*ret = made;
	made = VIEW_NONE;
	return 0;
}

void view_release(struct view *v)
{
	cleanup_fd(&v->root);
	/* without a journal that is only the directory */
	if (v->lock >= 0)
		undo_run(v->held->home, v->held->record.id, v->lock, true);
	cleanup_fd(&v->lock);
	*v = VIEW_NONE;
}
