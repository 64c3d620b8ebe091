/* SPDX-License-Identifier: Apache-2.0 */
#include "container/boot.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "container/restart.h"
#include "container/start.h"
#include "container/undo.h"

struct boot {
	const struct home *home;
	void (*started)(const char *name, int result, void *data);
	void *data;
};

/* Nobody runs it: what a monitor would have written in the end, or --rm would have removed. */
static void settle(const struct boot *b, const struct record *r)
{
	autofd int lock = undo_begin_now(b->home, r->id);

	if (lock < 0)
		return;
	if (undo_write(lock, r->name, r->cgroup, !r->plan.auto_remove) == 0)
		undo_run(b->home, r->id, lock, false);
}

static int boot_one(int dirfd, const struct record *record, void *data)
{
	const struct boot *b = data;
	const struct start_options how = { 0 };
	autocall(handle_release) struct handle h = HANDLE_NONE;
	struct restart_end end;
	int code;

	(void)dirfd;
	if (handle_open(b->home, record->id, &h) < 0 || handle_active(&h))
		return 0;
	end = (struct restart_end){ .exit_code = h.state.exit_code, .count = h.state.restarts, .stopped = h.state.stopped };
	if (h.state.started && restart_at_boot(&h.record.plan.restart, &end))
		b->started(h.record.name, container_start(&h, &how, &code), b->data);
	else if (h.state.lost)
		settle(b, record);
	return 0;
}

int container_boot(const struct home *home, void (*started)(const char *name, int result, void *data), void *data)
{
	struct boot b = { home, started, data };

	return record_each(home, boot_one, &b);
}
