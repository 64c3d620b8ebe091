/* SPDX-License-Identifier: Apache-2.0 */
#include "container/control.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "container/mark.h"
#include "container/name.h"
#include "container/networks_live.h"
#include "container/request.h"
#include "container/undo.h"
#include "kernel/names.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS      1000000
#define PAUSE_MOST_NS 20000000

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

/* What the user ends is not started again: the mark first, for the monitor looks at it when it has ended. */
static int mark_stopped(const struct handle *h)
{
	return mark_set(h->home, h->record.id, MARK_STOPPED, true);
}

/* A monitor that waits to start it again looks at the mark now; any other one has no need to be told. */
static void wake_monitor(const struct handle *h)
{
	struct request look = { .kind = REQUEST_LOOK };
	autofd int fd = request_send(h->home, h->record.id, &look, NULL, 0);

	(void)fd;
}

static int stop_signal(const struct handle *h)
{
	int number = h->record.stop_signal ? names_signal(h->record.stop_signal) : 0;

	return number ? number : SIGTERM;
}

int control_signal(struct handle *h, int number)
{
	autofd int pidfd = -1;
	int r = handle_pidfd(h, &pidfd);

	if (r == 0 && (number == SIGKILL || number == stop_signal(h)))
		r = mark_stopped(h);
	/* what is frozen cannot even die */
	if (r == 0 && number == SIGKILL && h->state.status == STATUS_PAUSED)
		r = control_pause(h, false);
	if (r == 0)
		r = send_signal(h, pidfd, number);
	wake_monitor(h);
	return r;
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

static void pause_a_moment(long *ns)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = *ns }, NULL);
	if (*ns < PAUSE_MOST_NS)
		*ns *= 2;
}

/*
 * Its monitor holds the lock until the record is written and all is cleaned up, which takes a moment; one of another process
 * that has started it again meanwhile is not waited for.
 */
int control_wait(struct handle *h)
{
	long ns = PAUSE_NS;
	pid_t pid = h->state.pid;

	for (;;) {
		autofd int fd = openat(h->home->running, h->record.id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		bool free_now = fd >= 0 ? flock(fd, LOCK_SH | LOCK_NB) == 0 : errno == ENOENT;
		int r;

		if (!free_now && errno != EWOULDBLOCK && errno != EINTR)
			return fail_errno("wait for its monitor");
		r = handle_refresh(h);
		if (r < 0 || free_now || (handle_runs(h) && h->state.pid != pid))
			return r;
		pause_a_moment(&ns);
	}
}

int control_wait_end(struct handle *h)
{
	long ns = PAUSE_NS;

	while (handle_runs(h)) {
		autofd int pidfd = -1;
		pid_t pid = h->state.pid;
		int r = handle_pidfd(h, &pidfd);

		if (r == 0)
			r = wait_for_end(pidfd, -1);
		if (r < 0 && r != -ESRCH)
			return r;
		/* its record says so in a moment */
		do {
			r = handle_refresh(h);
			if (r == 0 && handle_runs(h) && h->state.pid == pid)
				pause_a_moment(&ns);
		} while (r == 0 && handle_runs(h) && h->state.pid == pid);
		if (r < 0)
			return r;
		if (handle_runs(h))
			return 0; /* it has been started again already */
	}
	return h->state.status == STATUS_RESTARTING ? 0 : control_wait(h);
}

int control_stop(struct handle *h, int number, int64_t timeout)
{
	autofd int pidfd = -1;
	int r;

	if (!handle_active(h))
		return 0;
	r = mark_stopped(h);
	if (r == 0)
		r = handle_pidfd(h, &pidfd);
	if (r == -ESRCH) {
		/* it ended by itself, or waits for its next start */
		wake_monitor(h);
		return control_wait(h);
	}
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
	wake_monitor(h);
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
	int r = mark_stopped(h);

	if (r == 0)
		r = find_cgroup(h, &cgroup);
	if (r == 0)
		r = cgroup_kill(cgroup);
	cgroup_free(&cgroup);
	wake_monitor(h);
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
		r = mark_set(h->home, h->record.id, MARK_PAUSED, true);
	if (r == 0)
		r = cgroup_freeze(cgroup, paused);
	if (!paused || r < 0)
		(void)mark_set(h->home, h->record.id, MARK_PAUSED, false);
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
		undo_run(h->home, h->record.id, lock, false);
	if (r == 0)
		handle_event(h, "destroy", NULL);
	return r;
}

int control_remove(struct handle *h, bool force, bool volumes)
{
	autofd int lock = -1;
	int r = 0;

	if (handle_active(h) && !force) {
		fail(-EBUSY, "you cannot remove a %s container %s", handle_runs(h) ? "running" : "restarting", h->record.id);
		return fail_hint(-EBUSY, "stop the container before attempting removal or force remove");
	}
	if (handle_active(h))
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
	if (r == 0)
		networks_rename(h->home, h->record.id, name);
	name_release(h->home, r < 0 ? name : h->record.name, h->record.id);
	if (r == 0) {
		autofree char *old = h->record.name;

		h->record.name = xstrdup(name);
		handle_event(h, "rename", (const char *const[]){ "oldName", old, NULL });
	}
	return r;
}
