/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands for systemd on a bus of the test's own (DBUS_SYSTEM_BUS_ADDRESS): makes the cgroup of a transient scope and moves its
 * processes there, as systemd does, removes it when it is stopped, and records every call.
 *
 *	fake_systemd V2-TREE RECORD
 *
 * RECORD gets a line per call ("StartTransientUnit UNIT") and, below it, one per property ("NAME TYPE VALUE").
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define SERVICE "org.freedesktop.systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define PATH    "/org/freedesktop/systemd1"
#define UNIT    PATH "/unit/it"

static const char *tree;
static FILE *record;
static char unit[512], slice[256]; /* one scope at a time; "" when there is none */
static unsigned int jobs;

static void cgroup_path(char *ret, size_t size, const char *file)
{
	snprintf(ret, size, "%s/%s/%s%s%s", tree, slice, unit, *file ? "/" : "", file);
}

/* ---- properties ---- */

static int record_value(sd_bus_message *m, const char *name, const char *type)
{
	const void *bytes;
	const char *text;
	uint64_t number;
	size_t len;
	int on;

	fprintf(record, "%s %s ", name, type);
	if (strcmp(type, "s") == 0 && sd_bus_message_read(m, "s", &text) > 0) {
		if (strcmp(name, "Slice") == 0)
			snprintf(slice, sizeof slice, "%s", text);
		fprintf(record, "%s\n", text);
	} else if (strcmp(type, "b") == 0 && sd_bus_message_read(m, "b", &on) > 0) {
		fprintf(record, "%d\n", on);
	} else if (strcmp(type, "t") == 0 && sd_bus_message_read(m, "t", &number) > 0) {
		fprintf(record, "%llu\n", (unsigned long long)number);
	} else if (strcmp(type, "i") == 0 && sd_bus_message_read(m, "i", &on) > 0) {
		fprintf(record, "%d\n", on);
	} else if (strcmp(type, "ay") == 0 && sd_bus_message_read_array(m, 'y', &bytes, &len) >= 0) {
		for (size_t i = 0; i < len; i++)
			fprintf(record, "%02x", ((const unsigned char *)bytes)[i]);
		fputc('\n', record);
	} else if (strcmp(type, "a(st)") == 0 && sd_bus_message_enter_container(m, 'a', "(st)") > 0) {
		while (sd_bus_message_read(m, "(st)", &text, &number) > 0)
			fprintf(record, "%s=%llu ", text, (unsigned long long)number);
		fputc('\n', record);
		sd_bus_message_exit_container(m);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int take_pids(sd_bus_message *m, uint32_t *pids, size_t *count)
{
	const void *data;
	size_t size;
	int r = sd_bus_message_read_array(m, 'u', &data, &size);

	if (r < 0 || size / 4 > 16)
		return -EINVAL;
	memcpy(pids, data, size);
	*count = size / 4;
	fprintf(record, "PIDs au %zu\n", *count);
	return 0;
}

static int take_properties(sd_bus_message *m, uint32_t *pids, size_t *count)
{
	int r = sd_bus_message_enter_container(m, 'a', "(sv)");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'r', "sv")) > 0) {
		const char *name, *type;
		char kind;

		r = sd_bus_message_read(m, "s", &name);
		if (r >= 0)
			r = sd_bus_message_peek_type(m, &kind, &type);
		if (r >= 0)
			r = sd_bus_message_enter_container(m, 'v', type);
		if (r >= 0)
			r = strcmp(type, "au") == 0 && pids ? take_pids(m, pids, count) : record_value(m, name, type);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* ---- calls ---- */

static int finish(sd_bus_message *m, const char *name, const char *result)
{
	char job[64];
	int r;

	snprintf(job, sizeof job, PATH "/job/%u", ++jobs);
	r = sd_bus_reply_method_return(m, "o", job);
	if (r >= 0)
		r = sd_bus_emit_signal(sd_bus_message_get_bus(m), PATH, MANAGER, "JobRemoved", "uoss", jobs, job, name, result);
	return r;
}

static int make_scope(const uint32_t *pids, size_t count)
{
	char path[2048];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", tree, slice);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	cgroup_path(path, sizeof path, "");
	if (mkdir(path, 0755) < 0)
		return -errno;
	cgroup_path(path, sizeof path, "cgroup.procs");
	for (size_t i = 0; i < count; i++) {
		f = fopen(path, "we");
		if (!f || fprintf(f, "%u", pids[i]) < 0 || fclose(f) != 0)
			return -EIO;
	}
	return 0;
}

static int start_unit(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *name, *mode;
	uint32_t pids[16];
	size_t count = 0;
	int r;

	(void)data;
	if (sd_bus_message_read(m, "ss", &name, &mode) < 0)
		return -EINVAL;
	fprintf(record, "StartTransientUnit %s %s\n", name, mode);
	if (strstr(name, "refused"))
		return sd_bus_error_set(error, "org.freedesktop.systemd1.TransactionIsDestructive", "not today");
	if (strcmp(name, unit) == 0)
		return sd_bus_error_set(error, SERVICE ".UnitExists", "it is there");
	r = take_properties(m, pids, &count);
	if (r < 0)
		return r;
	snprintf(unit, sizeof unit, "%s", name);
	r = make_scope(pids, count);
	if (r < 0)
		unit[0] = '\0';
	fflush(record);
	return finish(m, name, r < 0 ? "failed" : "done");
}

static int set_properties(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *name;
	int runtime;

	(void)data;
	if (sd_bus_message_read(m, "sb", &name, &runtime) < 0)
		return -EINVAL;
	fprintf(record, "SetUnitProperties %s %d\n", name, runtime);
	if (strcmp(name, unit) != 0)
		return sd_bus_error_set(error, SERVICE ".NoSuchUnit", "it is not there");
	if (take_properties(m, NULL, NULL) < 0)
		return -EINVAL;
	fflush(record);
	return sd_bus_reply_method_return(m, NULL);
}

static int stop_unit(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *name, *mode;
	char path[2048];

	(void)data;
	if (sd_bus_message_read(m, "ss", &name, &mode) < 0)
		return -EINVAL;
	fprintf(record, "StopUnit %s %s\n", name, mode);
	fflush(record);
	if (strcmp(name, unit) != 0)
		return sd_bus_error_set(error, SERVICE ".NoSuchUnit", "it is not there");
	cgroup_path(path, sizeof path, "");
	for (int i = 0; i < 100 && rmdir(path) < 0 && errno == EBUSY; i++)
		usleep(20000);
	unit[0] = '\0';
	snprintf(path, sizeof path, "%s/%s", tree, slice);
	(void)rmdir(path);
	return finish(m, name, "done");
}

static int kill_unit(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *name, *who;
	char path[2048];
	int signal;
	FILE *f;

	(void)data;
	if (sd_bus_message_read(m, "ssi", &name, &who, &signal) < 0)
		return -EINVAL;
	fprintf(record, "KillUnit %s %s %d\n", name, who, signal);
	if (strcmp(name, unit) != 0)
		return sd_bus_error_set(error, SERVICE ".NoSuchUnit", "it is not there");
	cgroup_path(path, sizeof path, "cgroup.kill");
	f = fopen(path, "we");
	if (f) {
		fputc('1', f);
		fclose(f);
	}
	return sd_bus_reply_method_return(m, NULL);
}

static int reset_failed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	return sd_bus_reply_method_return(m, NULL);
}

static int get_unit(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *name;

	(void)data;
	if (sd_bus_message_read(m, "s", &name) < 0)
		return -EINVAL;
	if (strcmp(name, unit) != 0)
		return sd_bus_error_set(error, SERVICE ".NoSuchUnit", "it is not there");
	return sd_bus_reply_method_return(m, "o", UNIT);
}

static int control_group(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
			 void *data, sd_bus_error *error)
{
	char text[1024];

	(void)bus, (void)path, (void)interface, (void)property, (void)data, (void)error;
	snprintf(text, sizeof text, "/%s/%s", slice, unit);
	return sd_bus_message_append(reply, "s", text);
}

static const sd_bus_vtable manager[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", start_unit, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("StopUnit", "ss", "o", stop_unit, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("KillUnit", "ssi", "", kill_unit, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ResetFailedUnit", "s", "", reset_failed, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("GetUnit", "s", "o", get_unit, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("SetUnitProperties", "sba(sv)", "", set_properties, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL("JobRemoved", "uoss", 0),
	SD_BUS_VTABLE_END,
};
static const sd_bus_vtable scope[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("ControlGroup", "s", control_group, 0, 0),
	SD_BUS_VTABLE_END,
};

int main(int argc, char **argv)
{
	sd_bus *bus = NULL;
	int r;

	if (argc != 3)
		return 2;
	tree = argv[1];
	record = fopen(argv[2], "we");
	r = record ? sd_bus_open_system(&bus) : -errno;
	if (r >= 0)
		r = sd_bus_add_object_vtable(bus, NULL, PATH, MANAGER, manager, NULL);
	if (r >= 0)
		r = sd_bus_add_object_vtable(bus, NULL, UNIT, SERVICE ".Scope", scope, NULL);
	if (r >= 0)
		r = sd_bus_request_name(bus, SERVICE, 0);
	while (r >= 0) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
	}
	fprintf(stderr, "fake_systemd: %s\n", strerror(-r));
	return 1;
}
