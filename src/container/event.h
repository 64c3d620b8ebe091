/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What happened, for `hoy events`: each command and each monitor appends one line to a journal, in the words of Docker's
 * events. There is no daemon to ask, so the journal is the one place; it is volatile and bounded:
 *
 *	RUNROOT/events      one JSON object a line, appended by one write(2) each: no lock, no sync
 *	RUNROOT/events.1    the one before, since the first grew over EVENT_FILE_MAX
 *
 * It stands on the hot path of `run`, five times: an event costs three system calls and no look at another file. Losing one
 * (a full disk) fails nothing. Command and monitor process; the reader is event_read.h.
 */
#include "base/strv.h"
#include "container/home.h"

#define EVENT_FILE     "events"
#define EVENT_FILE_OLD "events.1"
#define EVENT_FILE_MAX (1 << 20) /* bytes */
#define EVENT_LINE_MAX (64 << 10)

/* All borrowed. */
struct event {
	const char *type;          /* container, image, network, volume */
	const char *action;        /* create, start, die, …; "exec_start: sh -c true" */
	const char *id;            /* of what it happened to */
	const char *image, *name;  /* attributes of these names; NULL: without */
	const struct strv *labels; /* KEY=VALUE: attributes, too */
	/* more attributes: name and value in turns, and NULL: (const char *const[]){ "exitCode", "0", NULL } */
	const char *const *more;
};

void event_add(const struct home *home, const struct event *event);
