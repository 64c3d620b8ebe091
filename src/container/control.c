/* SPDX-License-Identifier: Apache-2.0 */
#include "container/control.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "container/name.h"
#include "container/paused.h"
#include "container/undo.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

static int send_signal(const struct handle *h, int pidfd, int number)
{
	char text[16];

	/* told before: what it does to the container, its monitor tells after it */
	snprintf(text, sizeof text, "%d", number);
	handle_event(h, "kill", (const char *const[]){ "signal", text, NULL });
	/* one that has ended meanwhile has got all the signals it can get */
	if (syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0 && errno != ESRCH)
		return fail_errno("send a signal to it");
	return 0;
}

int control_signal(struct handle *h, int number)
{
	autofd int pidfd = -1;
	int r = handle_pidfd(h, &pidfd);

	if (r < 0)
		return r;
	/* what is frozen cannot even die */
	if (number == SIGKILL && h->state.status == STATUS_PAUSED) {
		r = control_pause(h, false);
		if (r < 0)
			return r;
	}
	return send_signal(h, pidfd, number);
}

/* The monitor holds the lock until the record is written: waiting for the lock is waiting for the end. */
int control_wait(struct handle *h)
{
	autofd int fd = openat(h->home->running, h->record.id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r = 0;

	if (fd < 0 && errno != ENOENT)
		return fail_errno("open %s/containers/%s", h->home->runroot, h->record.id);
	do
		r = fd < 0 ? 0 : flock(fd, LOCK_SH);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return fail_errno("wait for its monitor");
	return handle_refresh(h);
}

/* 1 when it ended within @seconds (-1: however long it takes), 0 when not. */
static int wait_for_end(int pidfd, int64_t seconds)
{
	struct pollfd f = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&f, 1, seconds < 0 ? -1 : seconds > 1000000 ? 1000000000 : (int)(seconds * 1000));
	while (r < 0 && errno == EINTR);
	return r < 0 ? fail_errno("wait for its end") : r;
}

int control_stop(struct handle *h, int number, int64_t timeout)
{
	autofd int pidfd = -1;
	int r;

	if (!handle_runs(h))
		return 0;
	r = handle_pidfd(h, &pidfd);
	if (r == -ESRCH)
		return control_wait(h); /* it ended by itself */
	if (r == 0 && h->state.status == STATUS_PAUSED)
		r = control_pause(h, false);
	if (r == 0)
		r = send_signal(h, pidfd, number);
	if (r == 0)
		r = wait_for_end(pidfd, timeout);
	if (r == 0) {
		r = send_signal(h, pidfd, SIGKILL);
		if (r == 0)
			r = wait_for_end(pidfd, -1);
	}
	if (r == 0 || r == 1)
		r = control_wait(h);
	if (r == 0)
		handle_event(h, "stop", NULL);
	return r;
}

static int find_cgroup(const struct handle *h, struct cgroup **ret)
{
	struct cgroup_options options = { .path = h->record.cgroup, .id = h->record.id };

	return cgroup_find(&options, ret);
}

int control_kill_all(struct handle *h)
{
	struct cgroup *cgroup = NULL;
	int r = find_cgroup(h, &cgroup);

	if (r == 0)
		r = cgroup_kill(cgroup);
	cgroup_free(&cgroup);
	return r < 0 && r != -ENOENT ? r : control_wait(h);
}

int control_pause(struct handle *h, bool paused)
{
	struct cgroup *cgroup = NULL;
	int r;

	if (!handle_runs(h))
		return fail(-ESRCH, "container %s is not running", h->record.name);
	if (paused == (h->state.status == STATUS_PAUSED))
		return fail(-EALREADY, "container %s is %s", h->record.name, paused ? "already paused" : "not paused");
	r = find_cgroup(h, &cgroup);
	/* marked before it freezes, unmarked after it thawed: a mark without a frozen cgroup hides nothing */
	if (r == 0 && paused)
		r = paused_mark(h->home, h->record.id, true);
	if (r == 0)
		r = cgroup_freeze(cgroup, paused);
	if (!paused || r < 0)
		(void)paused_mark(h->home, h->record.id, false);
	cgroup_free(&cgroup);
	if (r == 0)
		handle_event(h, paused ? "pause" : "unpause", NULL);
	return r < 0 ? r : handle_refresh(h);
}

/* Nobody else makes, runs or removes it while we hold its lock. */
static int remove_locked(struct handle *h, int lock, bool volumes)
{
	int r;

	if (faccessat(h->home->containers, h->record.id, F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
		(void)unlinkat(h->home->running, h->record.id, AT_REMOVEDIR);
		return 0;
	}
	r = undo_write(lock, h->record.name, NULL, false);
	if (r == 0 && volumes)
		r = undo_volumes(lock);
	if (r == 0)
		undo_run(h->home, h->record.id, lock, true);
	if (r == 0)
		handle_event(h, "destroy", NULL);
	return r;
}

int control_remove(struct handle *h, bool force, bool volumes)
{
	autofd int lock = -1;
	int r = 0;

	if (handle_runs(h) && !force) {
		fail(-EBUSY, "you cannot remove a running container %s", h->record.id);
		return fail_hint(-EBUSY, "stop the container before attempting removal or force remove");
	}
	if (handle_runs(h))
		r = control_kill_all(h);
	if (r < 0)
		return r;
	lock = undo_begin(h->home, h->record.id);
	return lock < 0 ? lock : remove_locked(h, lock, volumes);
}

int control_rename(struct handle *h, const char *name)
{
	int r = name_check(name);

	if (r < 0)
		return r;
	if (strcmp(name, h->record.name) == 0)
		return fail(-EEXIST, "renaming a container with the same name as its current name");
	r = name_reserve(h->home, name, h->record.id);
	if (r == -EEXIST)
		return fail(-EEXIST, "conflict. The container name \"%s\" is already in use", name);
	if (r == 0)
		r = record_rename(h->dir, name);
	name_release(h->home, r < 0 ? name : h->record.name, h->record.id);
	if (r == 0) {
		autofree char *old = h->record.name;

		h->record.name = xstrdup(name);
		handle_event(h, "rename", (const char *const[]){ "oldName", old, NULL });
	}
	return r;
}
