/* SPDX-License-Identifier: Apache-2.0 */
#include "container/status.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "container/mark.h"

#include <fcntl.h>
#include <stdio.h>

struct each {
	const struct home *home;
	int (*visit)(struct record *r, struct state *s, void *data);
	void *data;
};

static int visit_one(int dirfd, const char *id, void *data)
{
	const struct each *each = data;
	autofd int fd = openat(each->home->containers, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autocall(record_release) struct record r = { 0 };
	autocall(state_release) struct state s = { 0 };

	(void)dirfd;
	/* one that is being made or removed is not there yet, or not any more */
	if (fd < 0 || record_read(fd, &r) < 0 || state_read(fd, &s) < 0)
		return 0;
	if (s.status == STATUS_RUNNING && mark_is(each->home, id, MARK_PAUSED))
		s.status = STATUS_PAUSED;
	return each->visit(&r, &s, each->data);
}

int status_each(const struct home *home, bool running, int (*visit)(struct record *r, struct state *s, void *data), void *data)
{
	struct each each = { home, visit, data };

	return dir_each(running ? home->running : home->containers, ".", visit_one, &each);
}

const char *status_text(const struct state *s, char text[STATUS_TEXT_MAX])
{
	char since[CLOCK_TEXT_MAX];
	static const char *const healths[] = { "", " (health: starting)", " (healthy)", " (unhealthy)" };
	int64_t now = clock_now();

	switch (s->status) {
	case STATUS_RUNNING:
	case STATUS_PAUSED:
		snprintf(text, STATUS_TEXT_MAX, "Up %s%s", clock_human(now - s->started, since),
			 s->status == STATUS_PAUSED ? " (Paused)" : healths[s->health]);
		break;
	case STATUS_EXITED:
		snprintf(text, STATUS_TEXT_MAX, "Exited (%d) %s ago", s->exit_code, clock_human(now - s->finished, since));
		break;
	case STATUS_RESTARTING:
		snprintf(text, STATUS_TEXT_MAX, "Restarting (%d) %s ago", s->exit_code, clock_human(now - s->finished, since));
		break;
	case STATUS_CREATED:
		snprintf(text, STATUS_TEXT_MAX, "Created");
		break;
	default:
		snprintf(text, STATUS_TEXT_MAX, "%s", state_name(s->status));
		break;
	}
	return text;
}
