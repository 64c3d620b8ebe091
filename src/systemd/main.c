/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hoy-systemd: asks systemd for a container's cgroup, over D-Bus. The runtime is static and libsystemd is not, so this is a
 * program of its own, started only with --systemd-cgroup.
 *
 *	hoy-systemd start UNIT     makes a transient scope with the properties on stdin; this process is the first in it. Prints
 *	                           the scope's cgroup and stays until it is killed: a scope without processes ends.
 *	hoy-systemd set UNIT       changes the properties on stdin until the next boot
 *	hoy-systemd stop UNIT      kills what is in it and stops it; one that is gone is fine
 *
 * Who is root of the initial user namespace asks the system's systemd, everybody else their own. Words about a failure are on
 * stderr; the exit code is its errno.
 */
#include "systemd/property.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SERVICE      "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER      "org.freedesktop.systemd1.Manager"
#define SCOPE        "org.freedesktop.systemd1.Scope"
#define UNIT_EXISTS  "org.freedesktop.systemd1.UnitExists"
#define NO_SUCH_UNIT "org.freedesktop.systemd1.NoSuchUnit"

#define STDIN_MAX   (256 << 10)
#define JOB_SECONDS 30
#define USEC        1000000ULL

static int say(int error, const char *what, const char *words)
{
	fprintf(stderr, "%s%s%s\n", what, words ? ": " : "", words ? words : "");
	return error < 0 && error > -126 ? error : -EIO;
}

static int say_error(int r, const char *what, const sd_bus_error *error)
{
	if (error && sd_bus_error_is_set(error) && error->message)
		return say(r, what, error->message);
	return say(r, what, r < 0 ? strerror(-r) : NULL);
}

/* Whether user ids here are those of the whole machine. */
static bool in_initial_user_namespace(void)
{
	unsigned long inside = 1, outside = 1, count = 0;
	FILE *f = fopen("/proc/self/uid_map", "re");
	bool whole;

	if (!f)
		return true;
	whole = fscanf(f, "%lu %lu %lu", &inside, &outside, &count) == 3 && inside == 0 && outside == 0 && count == 4294967295UL;
	fclose(f);
	return whole;
}

/* ---- jobs ---- */

struct job {
	const char *path; /* NULL: not known yet */
	char *seen;       /* the jobs that ended so far: "PATH RESULT\n" */
	size_t len;
};

static int job_removed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct job *job = data;
	const char *path = NULL, *unit = NULL, *result = NULL;
	unsigned int id;
	size_t more;

	(void)error;
	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	more = strlen(path) + strlen(result) + 3;
	job->seen = realloc(job->seen, job->len + more);
	if (!job->seen)
		abort();
	job->len += (size_t)sprintf(job->seen + job->len, "%s %s\n", path, result);
	return 0;
}

/* The result of @path when it has ended, in a static buffer; NULL when it has not. */
static const char *job_result(const struct job *job, const char *path)
{
	static char result[64];
	size_t len = strlen(path);

	for (const char *line = job->seen; line && *line; line = strchr(line, '\n') + 1)
		if (strncmp(line, path, len) == 0 && line[len] == ' ') {
			snprintf(result, sizeof result, "%.*s", (int)strcspn(line + len + 1, "\n"), line + len + 1);
			return result;
		}
	return NULL;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * USEC + (uint64_t)t.tv_nsec / 1000;
}

static int wait_for(sd_bus *bus, const struct job *job, const char *path, const char *unit)
{
	const uint64_t end = now() + JOB_SECONDS * USEC;
	const char *result;
	int r = 0;

	while (!(result = job_result(job, path))) {
		uint64_t left = now() < end ? end - now() : 0;

		r = sd_bus_process(bus, NULL);
		if (r == 0 && left == 0)
			return say(-ETIMEDOUT, unit, "systemd does not finish the job");
		if (r == 0)
			r = sd_bus_wait(bus, left);
		if (r < 0 && r != -EINTR)
			return say_error(r, "wait for systemd", NULL);
	}
	return strcmp(result, "done") == 0 ? 0 : say(-EIO, unit, result);
}

static int watch_jobs(sd_bus *bus, struct job *job)
{
	int r = sd_bus_match_signal(bus, NULL, SERVICE, MANAGER_PATH, MANAGER, "JobRemoved", job_removed, job);

	return r < 0 ? say_error(r, "listen to systemd", NULL) : 0;
}

/* ---- start ---- */

static int build_start(sd_bus *bus, const char *unit, const char *properties, sd_bus_message **ret)
{
	char *copy = strdup(properties);
	int r = copy ? sd_bus_message_new_method_call(bus, ret, SERVICE, MANAGER_PATH, MANAGER, "StartTransientUnit") : -ENOMEM;

	if (r >= 0)
		r = sd_bus_message_append(*ret, "ss", unit, "replace");
	if (r >= 0)
		r = sd_bus_message_open_container(*ret, 'a', "(sv)");
	if (r >= 0)
		r = sd_bus_message_append(*ret, "(sv)", "PIDs", "au", 1, (uint32_t)getpid());
	if (r >= 0)
		r = property_append_all(*ret, copy);
	if (r >= 0)
		r = sd_bus_message_close_container(*ret);
	if (r >= 0)
		r = sd_bus_message_append(*ret, "a(sa(sv))", 0);
	free(copy);
	return r < 0 ? say_error(r, "ask systemd", NULL) : 0;
}

static void forget_failure(sd_bus *bus, const char *unit)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	(void)sd_bus_call_method(bus, SERVICE, MANAGER_PATH, MANAGER, "ResetFailedUnit", &error, NULL, "s", unit);
	sd_bus_error_free(&error);
}

static int call_start(sd_bus *bus, const char *unit, const char *properties, sd_bus_message **ret)
{
	for (bool again = false;; again = true) {
		sd_bus_error error = SD_BUS_ERROR_NULL;
		sd_bus_message *call = NULL;
		int r = build_start(bus, unit, properties, &call);

		if (r == 0)
			r = sd_bus_call(bus, call, 0, &error, ret);
		sd_bus_message_unref(call);
		/* a unit that failed is remembered until somebody forgets it */
		if (r < 0 && !again && sd_bus_error_has_name(&error, UNIT_EXISTS)) {
			sd_bus_error_free(&error);
			forget_failure(bus, unit);
			continue;
		}
		if (r < 0)
			r = say_error(sd_bus_error_is_set(&error) ? -sd_bus_error_get_errno(&error) : r, unit, &error);
		sd_bus_error_free(&error);
		return r;
	}
}

static int print_cgroup(sd_bus *bus, const char *unit)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path = NULL;
	char *cgroup = NULL;
	int r = sd_bus_call_method(bus, SERVICE, MANAGER_PATH, MANAGER, "GetUnit", &error, &reply, "s", unit);

	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		r = sd_bus_get_property_string(bus, SERVICE, path, SCOPE, "ControlGroup", &error, &cgroup);
	if (r >= 0 && (!cgroup || cgroup[0] != '/' || strchr(cgroup, '\n')))
		r = say(-EIO, unit, "systemd gave it no cgroup");
	else if (r < 0)
		r = say_error(r, unit, &error);
	if (r >= 0)
		printf("%s\n", cgroup);
	fflush(stdout);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	free(cgroup);
	return r < 0 ? r : 0;
}

static int start(sd_bus *bus, const char *unit, const char *properties)
{
	sd_bus_message *reply = NULL;
	struct job job = { 0 };
	const char *path = NULL;
	int r = watch_jobs(bus, &job);

	if (r == 0)
		r = call_start(bus, unit, properties, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		r = wait_for(bus, &job, path, unit);
	if (r == 0)
		r = print_cgroup(bus, unit);
	sd_bus_message_unref(reply);
	free(job.seen);
	if (r < 0)
		return r;
	sd_bus_flush_close_unref(bus);
	for (;;)
		pause();
}

/* ---- set, stop ---- */

static int set(sd_bus *bus, const char *unit, char *properties)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *call = NULL;
	int r = sd_bus_message_new_method_call(bus, &call, SERVICE, MANAGER_PATH, MANAGER, "SetUnitProperties");

	if (r >= 0)
		r = sd_bus_message_append(call, "sb", unit, 1);
	if (r >= 0)
		r = sd_bus_message_open_container(call, 'a', "(sv)");
	if (r >= 0)
		r = property_append_all(call, properties);
	if (r >= 0)
		r = sd_bus_message_close_container(call);
	if (r >= 0)
		r = sd_bus_call(bus, call, 0, &error, NULL);
	if (r < 0)
		r = say_error(r, unit, &error);
	sd_bus_message_unref(call);
	sd_bus_error_free(&error);
	return r < 0 ? r : 0;
}

static int stop(sd_bus *bus, const char *unit)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	struct job job = { 0 };
	const char *path = NULL;
	int r = watch_jobs(bus, &job);

	/* systemd would ask nicely first, and wait */
	if (r == 0) {
		(void)sd_bus_call_method(bus, SERVICE, MANAGER_PATH, MANAGER, "KillUnit", &error, NULL, "ssi", unit, "all",
					 SIGKILL);
		sd_bus_error_free(&error);
		r = sd_bus_call_method(bus, SERVICE, MANAGER_PATH, MANAGER, "StopUnit", &error, &reply, "ss", unit, "replace");
		if (r < 0 && sd_bus_error_has_name(&error, NO_SUCH_UNIT))
			r = 0;
		else if (r < 0)
			r = say_error(r, unit, &error);
		else
			r = sd_bus_message_read(reply, "o", &path);
	}
	if (r >= 0 && path)
		r = wait_for(bus, &job, path, unit);
	forget_failure(bus, unit);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	free(job.seen);
	return r < 0 ? r : 0;
}

int main(int argc, char **argv)
{
	static char properties[STDIN_MAX];
	sd_bus *bus = NULL;
	size_t len;
	int r;

	if (argc != 3)
		return -say(-EINVAL, "usage: hoy-systemd start|set|stop UNIT", NULL);
	len = fread(properties, 1, sizeof properties - 1, stdin);
	if (len == sizeof properties - 1)
		return -say(-E2BIG, "too many properties", NULL);
	r = geteuid() == 0 && in_initial_user_namespace() ? sd_bus_open_system(&bus) : sd_bus_open_user(&bus);
	if (r < 0)
		return -say_error(r, "reach systemd over D-Bus", NULL);
	if (strcmp(argv[1], "start") == 0)
		return -start(bus, argv[2], properties);
	if (strcmp(argv[1], "set") == 0)
		r = set(bus, argv[2], properties);
	else if (strcmp(argv[1], "stop") == 0)
		r = stop(bus, argv[2]);
	else
		r = say(-EINVAL, "there is no such request", argv[1]);
	sd_bus_flush_close_unref(bus);
	return -r;
}
