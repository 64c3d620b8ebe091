/* SPDX-License-Identifier: Apache-2.0 */
#include "image/fetch.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define WATCHES_MAX (1 + 2 * FETCH_UNPACKERS_MAX)
#define MS          INT64_C(1000000)

static struct fetch_job *find_job(struct fetch *f, uint32_t request)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->jobs[i].source == SOURCE_COMING && f->jobs[i].request == request)
			return &f->jobs[i];
	return NULL;
}

static int hear_transfer(struct fetch *f)
{
	autoanswer a = { 0 };
	struct fetch_job *j;
	int r = registry_answer(f->registry, &a);

	if (r < 0)
		return r;
	j = find_job(f, a.id);
	if (!j)
		return 0;
	/* never past what was promised, and never back behind what the unpacker already has, but for a fresh start */
	if (a.have < 0 || a.have > j->layer->blob->size)
		return fail(-EPROTO, "%s: hoy-transfer counts wrong", j->what);
	if (a.have < j->fed) {
		fetch_job_stop(f, j);
		j->fed = 0;
	}
	if (a.done)
		return fetch_job_fetched(f, j, &a);
	/* it moves: patience starts over */
	if (a.have > j->best) {
		j->best = a.have;
		j->tries = 0;
	}
	j->have = a.have;
	fetch_job_tell(f, j, PULL_DOWNLOADING, j->have);
	return 0;
}

struct watch {
	struct pollfd fds[WATCHES_MAX];
	struct fetch_job *jobs[WATCHES_MAX];
	nfds_t count;
};

static void add_watch(struct watch *w, struct fetch_job *j, int fd, short events)
{
	w->fds[w->count] = (struct pollfd){ .fd = fd, .events = events };
	w->jobs[w->count++] = j;
}

/* Waits until something can be done. */
static int wait_for_work(struct fetch *f, struct watch *w)
{
	int64_t next = INT64_MAX, now = clock_monotonic();
	int timeout;

	w->count = 0;
	add_watch(w, NULL, registry_fd(f->registry), POLLIN);
	for (size_t i = 0; i < f->count; i++) {
		struct fetch_job *j = &f->jobs[i];

		if (j->done)
			continue;
		if (j->unpacking)
			add_watch(w, j, j->unpack.result, POLLIN);
		if (j->unpacking && j->pipe >= 0 && j->fed < j->have)
			add_watch(w, j, j->pipe, POLLOUT);
		if ((j->source == SOURCE_NONE || (j->source == SOURCE_REQUEST && f->downloads < FETCH_DOWNLOADS)) && j->due < next)
			next = j->due;
	}
	timeout = next == INT64_MAX ? -1 : next <= now ? 0 : (int)((next - now) / MS) + 1;
	if (poll(w->fds, w->count, timeout) < 0 && errno != EINTR)
		return fail_errno("wait for layers: poll");
	return 0;
}

static int handle(struct fetch *f, const struct pollfd *p, struct fetch_job *j)
{
	if (!p->revents)
		return 0;
	/* an earlier event of this round may have ended it */
	if (j)
		return j->unpacking && p->fd == j->unpack.result ? fetch_job_unpacked(f, j) : 0;
	return hear_transfer(f);
}

static int run(struct fetch *f)
{
	struct watch w;
	int r = 0;

	while (r == 0 && f->left) {
		for (size_t i = 0; r == 0 && i < f->count; i++) {
			struct fetch_job *j = &f->jobs[i];

			if (!j->done && j->unpack_failed && j->source == SOURCE_WHOLE)
				r = fetch_job_explain(f, j);
			if (r == 0 && !j->done)
				r = fetch_job_advance(f, j);
			if (r == 0 && !j->done)
				r = fetch_job_feed(f, j);
		}
		if (r == 0 && f->left)
			r = wait_for_work(f, &w);
		for (nfds_t i = 0; r == 0 && f->left && i < w.count; i++)
			r = handle(f, &w.fds[i], w.jobs[i]);
	}
	return r;
}

int fetch_layers(const struct store *s, struct registry *registry, const struct fetch_layer *layers, size_t count,
		 const struct pull_events *events)
{
	struct fetch f = { .store = s, .registry = registry, .events = events, .count = count, .left = count };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int r;

	f.unpackers_max = cores < FETCH_DOWNLOADS       ? FETCH_DOWNLOADS
			  : cores > FETCH_UNPACKERS_MAX ? FETCH_UNPACKERS_MAX
							: (unsigned int)cores;
	f.jobs = xcalloc(count + 1, sizeof *f.jobs);
	for (size_t i = 0; i < count; i++)
		fetch_job_init(&f.jobs[i], &layers[i], i + 1);
	/* all are named at once and in their order, as a reader expects them */
	for (size_t i = 0; i < count; i++)
		fetch_job_tell(&f, &f.jobs[i], PULL_WAITING, 0);
	/* an unpacker that ends early breaks its pipe */
	sigaction(SIGPIPE, &ignore, &before);
	r = run(&f);
	sigaction(SIGPIPE, &before, NULL);
	for (size_t i = 0; i < count; i++)
		fetch_job_release(&f, &f.jobs[i]);
	free(f.jobs);
	return r;
}
