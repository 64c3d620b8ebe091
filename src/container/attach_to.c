/* SPDX-License-Identifier: Apache-2.0 */
#include "container/attach_to.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "container/ask.h"
#include "container/attach.h"
#include "container/control.h"
#include "container/request.h"
#include "container/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 20)

static int check_state(const struct handle *h)
{
	switch (h->state.status) {
	case STATUS_RUNNING:
		return 0;
	case STATUS_PAUSED:
		return fail(-EBUSY, "you cannot attach to a paused container, unpause it first");
	case STATUS_RESTARTING:
		return fail(-EBUSY, "you cannot attach to a restarting container, wait until it is running");
	default:
		return fail(-ESRCH, "you cannot attach to a stopped container, start it first");
	}
}

/* The monitor writes into it without waiting: it should hold as much as it may. */
static int make_pipe(int *ret_read, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("create a pipe");
	(void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_BYTES);
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}

static int connect_streams(struct handle *h, bool in, struct attachment *a)
{
	struct request request = { .kind = REQUEST_ATTACH, .in = in, .out = true, .err = !h->record.plan.tty };
	int inside[2] = { -1, -1 };
	int r = make_pipe(&a->output, &inside[0]);

	if (r == 0 && request.err)
		r = make_pipe(&a->error, &inside[1]);
	if (r == 0)
		r = ask_monitor(h, &request, inside, request.err ? 2 : 1);
	cleanup_fd(&inside[0]);
	cleanup_fd(&inside[1]);
	if (r < 0)
		return r;
	a->control = r;
	return 0;
}

/* It has ended, by its record. */
static int take_exit_code(struct handle *h, int *ret)
{
	int r = control_wait_end(h);

	if (r == 0)
		*ret = h->state.exit_code;
	return r;
}

int container_attach(struct handle *h, const struct attach_options *o, int *ret_exit_code)
{
	autocall(attachment_release) struct attachment a = ATTACHMENT_NONE;
	const struct plan *plan = &h->record.plan;
	struct message last;
	int r = check_state(h);

	a.tty = plan->tty;
	a.interactive = plan->open_stdin && !o->no_stdin;
	a.sig_proxy = o->sig_proxy;
	a.keys = o->keys;
	a.redraw = true;
	if (r == 0 && a.tty && a.interactive)
		r = terminal_check();
	if (r < 0)
		return r;
	r = connect_streams(h, a.interactive, &a);
	if (r == -ESRCH)
		return take_exit_code(h, ret_exit_code);
	if (r < 0)
		return r;
	handle_event(h, "attach", NULL);
	attach_hold_signals();
	r = attach_run(&a, &last);
	if (r == -ECONNRESET)
		return take_exit_code(h, ret_exit_code);
	if (r == 1)
		handle_event(h, "detach", NULL);
	if (r != 0)
		return r;
	if (last.skipped)
		fprintf(stderr, "hoy: %" PRIu64 " bytes of output are not shown: they came faster than they were read\n",
			last.skipped);
	*ret_exit_code = last.exit_code;
	return 0;
}
