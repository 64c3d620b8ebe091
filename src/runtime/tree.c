/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/tree.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/mount.h"
#include "runtime/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Only who is in a mount namespace may copy its mounts: a child goes there, and sends what it copied back. */
static int copy_there(int pidfd, const char *path)
{
	autofd int root = -1, at = -1;

	if (setns(pidfd, CLONE_NEWNS) < 0)
		return fail_errno("enter the mount namespace of the other container");
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail_errno("open the root of the other container");
	at = beneath_open(root, path, O_PATH | O_DIRECTORY, 0);
	return at < 0 ? fail_code(at, "open %s of the other container", path) : sys_tree_clone(at, path, false);
}

static _Noreturn void run_child(int sync, int pidfd, const char *path)
{
	int tree = copy_there(pidfd, path);

	if (tree < 0)
		sync_fail(sync, tree);
	else
		(void)sync_send(sync, SYNC_READY, tree);
	_exit(0);
}

int tree_open(int pidfd, const char *path)
{
	autofd int ours = -1, theirs = -1;
	int sync[2], tree = -1, r = sync_open(sync);
	pid_t pid;

	if (r < 0)
		return r;
	ours = sync[0];
	theirs = sync[1];
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return fail_errno("fork");
	if (pid == 0)
		run_child(theirs, pidfd, path);
	close(take_fd(&theirs));
	r = sync_receive(ours, &tree);
	(void)waitpid(pid, NULL, 0);
	if (r == SYNC_READY && tree >= 0)
		return tree;
	cleanup_fd(&tree);
	return r < 0 ? r : fail(-EPIPE, "the look into the other container ended without a word");
}
