/* SPDX-License-Identifier: Apache-2.0 */
#include "container/start.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/attach_to.h"
#include "container/control.h"
#include "container/launch.h"
#include "container/other_runtime.h"
#include "container/terminal.h"
#include "container/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 125
#define PAUSE_NS         5000000

/*
 * The lock of one that does not run. Another command may be starting, removing or cleaning up after it: that does not take
 * long, and is waited for. 1 when it runs meanwhile.
 */
static int lock_it(struct handle *h, int *ret)
{
	for (;;) {
		int fd = undo_begin_now(h->home, h->record.id), r;

		if (fd >= 0) {
			*ret = fd;
			return 0;
		}
		if (fd != -EAGAIN)
			return fd;
		r = handle_refresh(h);
		if (r < 0 || handle_active(h))
			return r < 0 ? r : 1;
		(void)nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	}
}

/* Under the lock: it was not removed meanwhile, and this is what is known of it. */
static int read_again(struct handle *h, struct container *c)
{
	int r;

	c->dir = openat(h->home->containers, h->record.id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (c->dir < 0) {
		r = errno == ENOENT ? fail(-ENOENT, "no such container") : fail_errno("open %s", c->path);
		(void)unlinkat(h->home->running, h->record.id, AT_REMOVEDIR);
		return r;
	}
	r = container_read_spec(c);
	return r == 0 ? handle_refresh(h) : r;
}

static int load(struct handle *h, struct container *c)
{
	int r;

	snprintf(c->id, sizeof c->id, "%s", h->record.id);
	c->home = h->home;
	c->name = xstrdup(h->record.name);
	c->path = xasprintf("%s/containers/%s", h->home->store->root, c->id);
	c->image = xstrdup(h->record.image);
	strv_add_all(&c->labels, &h->record.labels);
	c->created = true;
	plan_copy(&h->record.plan, &c->plan);
	c->hostname = xstrdup(h->record.hostname);
	c->networks = h->record.networks;
	h->record.networks = (struct networks){ 0 };
	r = other_runtime_find(h->record.runtime, &c->runtime);
	return r < 0 ? r : read_again(h, c);
}

int container_start(struct handle *h, const struct start_options *o, int *ret_exit_code)
{
	autocall(container_release) struct container c = CONTAINER_NONE;
	bool attached = o->attach || o->interactive;
	struct launch l = { .container = &c,
			    .before = &h->state,
			    .in = o->interactive && h->record.plan.open_stdin,
			    .out = attached,
			    .err = attached,
			    .sig_proxy = o->sig_proxy,
			    .keys = o->keys };
	struct attach_options beside = { .no_stdin = !o->interactive, .sig_proxy = o->sig_proxy, .keys = o->keys };
	int r = h->state.status == STATUS_PAUSED ? fail(-EBUSY, "cannot start a paused container, try unpause instead")
		: handle_active(h)               ? 1
						 : lock_it(h, &c.lock);

	*ret_exit_code = r == 1 ? 0 : EXIT_NOT_STARTED;
	if (r == 1)
		return attached ? container_attach(h, &beside, ret_exit_code) : 0;
	if (r < 0)
		return r;
	if (l.in && h->record.plan.tty)
		r = terminal_check();
	if (r == 0)
		r = load(h, &c);
	if (r == 0)
		r = undo_write(c.lock, c.name, c.spec.linux_.cgroups_path, !c.plan.auto_remove);
	if (r == 0 && c.plan.auto_remove)
		r = undo_volumes(c.lock);
	return r == 0 ? launch(&l, ret_exit_code) : r;
}
