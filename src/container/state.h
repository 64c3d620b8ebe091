/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a container is doing: ROOT/containers/ID/state.json, small enough that `ps` reads a thousand of them. The monitor
 * writes it at each change (beside and renamed), and before it lets go of its lock; a reader takes no lock and sees whether
 * a monitor that is said to run still lives. No file is the state "created".
 */
#include "container/home.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum container_status {
	STATUS_CREATED,
	STATUS_RUNNING,
	STATUS_PAUSED,
	STATUS_RESTARTING,
	STATUS_REMOVING,
	STATUS_EXITED,
	STATUS_DEAD,
	STATUS_COUNT,
};

/* What its health checks say (health.h). */
enum container_health { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY, HEALTH_COUNT };

struct state {
	enum container_status status;
	pid_t pid;              /* of the container's pid 1, as the host counts; 0 when it does not run */
	pid_t monitor;          /* 0 when there is none */
	uint64_t monitor_start; /* its start time (base/process.h), so that another process of its number is not taken for it */
	int exit_code;
	bool oom_killed;
	char *error; /* why it could not be started, or NULL */
	enum container_health health;
	int64_t restarts;          /* how often its restart policy started it since the user did */
	bool stopped;              /* the user ended it, by stop or kill */
	int64_t started, finished; /* nanoseconds since 1970; 0: never */
	bool lost;                 /* it ended without its monitor, which is found out when it is read; never written */
};

/* Exit code of a container whose end nobody saw: the machine went down, or its monitor was killed. */
#define STATE_EXIT_LOST 255

void state_release(struct state *s);
/* It has ended, and nobody saw how. */
void state_lose(struct state *s);
/* The same, if it says that it has a monitor and there is none. */
void state_check(struct state *s);
/* "starting", "healthy", "unhealthy"; "none". */
const char *state_health_name(enum container_health health);
const char *state_name(enum container_status status);
/* The move from one to the other is one that Docker's containers make. */
bool state_may_become(enum container_status from, enum container_status to);
/* Reads the state from the container's directory @dirfd. A state that says "running" of a monitor that is gone is exited. */
int state_read(int dirfd, struct state *ret);
/* Writes it; plain words of hoy's own directory in errors. Not synced: after a power cut the container did not run. */
int state_write(int dirfd, const struct state *s);
