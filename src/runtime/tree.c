/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/tree.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/mount.h"
#include "kernel/process.h"
#include "runtime/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_there(const char *path)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int at;

	if (root < 0)
		return fail_errno("open the root of the other container");
	at = beneath_open(root, path, O_PATH | O_DIRECTORY, 0);
	return at < 0 ? fail_code(at, "open %s of the other container", path) : at;
}

/* What lies on top at @path goes, in this process's own copy of the namespace; of what is propagated nobody hears. */
static int uncover(const char *path)
{
	autofd int top = -1, below = -1;
	struct stat st, covered;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail_errno("copy the mount namespace of the other container");
	top = open_there(path);
	if (top < 0)
		return top;
	/* "." is the mount itself, whatever its path means by now */
	if (fstat(top, &st) < 0 || fchdir(top) < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fail_errno("uncover %s of the other container", path);
	below = open_there(path);
	if (below < 0)
		return below;
	if (fstat(below, &covered) < 0 || covered.st_dev != st.st_dev)
		return fail(-ESTALE, "the other container has another file system on %s now", path);
	return take_fd(&below);
}

struct look {
	int pidfd;
	const char *path;
	bool covered;
};

/* Only who is in a mount namespace may copy its mounts: a child goes there, and sends what it copied back. */
static int copy_there(const void *data)
{
	const struct look *l = data;
	autofd int at = -1;
	int r = sys_undumpable("it holds the host's files");

	if (r < 0)
		return r;
	if (setns(l->pidfd, CLONE_NEWNS) < 0)
		return fail_errno("enter the mount namespace of the other container");
	at = l->covered ? uncover(l->path) : open_there(l->path);
	return at < 0 ? at : sys_tree_clone(at, l->path, false);
}

static _Noreturn void run_child(int sync, int (*make)(const void *data), const void *data, pid_t parent)
{
	int tree = sys_die_with_parent("nobody would get it", SIGKILL);

	if (tree == 0)
		tree = getppid() == parent ? make(data) : -ESRCH;
	if (tree < 0)
		sync_fail(sync, tree);
	else
		(void)sync_send(sync, SYNC_READY, tree);
	_exit(0);
}

int tree_from_child(int (*make)(const void *data), const void *data, int seconds)
{
	autofd int ours = -1, theirs = -1;
	int sync[2], tree = -1, r = sync_open(sync);
	struct pollfd word = { .events = POLLIN };
	pid_t parent = getpid(), pid;

	if (r < 0)
		return r;
	word.fd = ours = sync[0];
	theirs = sync[1];
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return fail_errno("fork");
	if (pid == 0)
		run_child(theirs, make, data, parent);
	close(take_fd(&theirs));
	do
		r = poll(&word, 1, seconds < 0 ? -1 : seconds * 1000);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		(void)kill(pid, SIGKILL); /* whoever waits for a server in the kernel may be killed */
	r = r == 0 ? -ETIMEDOUT : sync_receive(ours, &tree);
	(void)waitpid(pid, NULL, 0);
	if (r == SYNC_READY && tree >= 0)
		return tree;
	cleanup_fd(&tree);
	return r < 0 ? r : fail(-EPIPE, "the process that was to bring a mount ended without a word");
}

int tree_open(int pidfd, const char *path)
{
	return tree_from_child(copy_there, &(struct look){ pidfd, path, false }, -1);
}

int tree_open_covered(int pidfd, const char *path)
{
	return tree_from_child(copy_there, &(struct look){ pidfd, path, true }, -1);
}
