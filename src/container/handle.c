/* SPDX-License-Identifier: Apache-2.0 */
#include "container/handle.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/event.h"
#include "container/mark.h"
#include "container/name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ID_DIGITS 64

void handle_release(struct handle *h)
{
	cleanup_fd(&h->dir);
	record_release(&h->record);
	state_release(&h->state);
	*h = HANDLE_NONE;
}

struct prefix {
	const char *text;
	char *found;
	bool several;
};

static int match_prefix(int dirfd, const char *name, void *data)
{
	struct prefix *p = data;

	(void)dirfd;
	if (strlen(name) != ID_DIGITS || strncmp(name, p->text, strlen(p->text)) != 0)
		return 0;
	p->several = p->found;
	if (!p->found)
		p->found = xstrdup(name);
	return p->several;
}

static int find_id(const struct home *home, const char *text, char **ret)
{
	struct prefix p = { .text = text };
	size_t len = strlen(text);
	int r;

	if (name_find(home, text, ret) == 0)
		return 0;
	if (len == 0 || len > ID_DIGITS || strspn(text, "0123456789abcdef") != len)
		return -ENOENT;
	if (len == ID_DIGITS) {
		*ret = xstrdup(text);
		return 0;
	}
	r = dir_each(home->containers, ".", match_prefix, &p);
	if (r >= 0 && p.several)
		r = fail(-ENOTUNIQ, "multiple containers found with prefix %s", text);
	else if (r == 0 && !p.found)
		r = -ENOENT;
	if (r < 0) {
		free(p.found);
		return r;
	}
	*ret = p.found;
	return 0;
}

int handle_refresh(struct handle *h)
{
	struct state s = { 0 };
	int r = state_read(h->dir, &s);

	if (r < 0)
		return r;
	if (s.status == STATUS_RUNNING && mark_is(h->home, h->record.id, MARK_PAUSED))
		s.status = STATUS_PAUSED;
	state_release(&h->state);
	h->state = s;
	return 0;
}

int handle_open(const struct home *home, const char *text, struct handle *ret)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autofree char *id = NULL;
	int r = find_id(home, text, &id);

	h.home = home;
	if (r == 0) {
		h.dir = openat(home->containers, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		r = h.dir < 0 ? -errno : record_read(h.dir, &h.record);
	}
	if (r == -ENOENT)
		return fail(-ENOENT, "no such container");
	if (r == 0)
		r = handle_refresh(&h);
	if (r < 0)
		return r;
	*ret = h;
	h = HANDLE_NONE;
	return 0;
}

void handle_event(const struct handle *h, const char *action, const char *const *more)
{
	const struct record *r = &h->record;
	struct event e = { .type = "container",
			   .action = action,
			   .id = r->id,
			   .image = r->image,
			   .name = r->name,
			   .labels = &r->labels,
			   .more = more };

	event_add(h->home, &e);
}

bool handle_runs(const struct handle *h)
{
	return h->state.status == STATUS_RUNNING || h->state.status == STATUS_PAUSED;
}

bool handle_active(const struct handle *h)
{
	return handle_runs(h) || h->state.status == STATUS_RESTARTING;
}

int handle_pidfd(struct handle *h, int *ret)
{
	autofd int fd = -1;
	pid_t pid = h->state.pid;

	if (handle_runs(h) && pid > 0)
		fd = (int)syscall(SYS_pidfd_open, pid, 0);
	/* the monitor writes its state before it lets the number go: if it still says so, the number was the container's */
	if (fd < 0 || handle_refresh(h) < 0 || !handle_runs(h) || h->state.pid != pid)
		return fail(-ESRCH, "container %s is not running", h->record.name);
	*ret = take_fd(&fd);
	return 0;
}
