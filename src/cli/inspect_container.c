/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect_container.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/inspect_live.h"
#include "cli/inspect_network.h"
#include "container/exec_list.h"
#include "container/handle.h"
#include "image/catalog.h"
#include "image/digest.h"
#include "image/image.h"

#include <errno.h>
#include <string.h>

#define HEALTH_MAX (1 << 20)
#define RECORD_MAX (4 << 20)
#define NEVER      "0001-01-01T00:00:00Z"

/* Members in Docker's order, and what they are where nobody asked for anything. */
struct member {
	const char *name, *otherwise; /* JSON; NULL: left out */
};

static const struct member config_members[] = {
	{ "Hostname", "\"\"" },
	{ "Domainname", "\"\"" },
	{ "User", "\"\"" },
	{ "AttachStdin", "false" },
	{ "AttachStdout", "true" },
	{ "AttachStderr", "true" },
	{ "ExposedPorts", NULL },
	{ "Tty", "false" },
	{ "OpenStdin", "false" },
	{ "StdinOnce", "false" },
	{ "Env", "[]" },
	{ "Cmd", "null" },
	{ "Healthcheck", NULL },
	{ "Image", "\"\"" },
	{ "Volumes", "null" },
	{ "WorkingDir", "\"\"" },
	{ "Entrypoint", "null" },
	{ "OnBuild", "null" },
	{ "Labels", "{}" },
	{ "StopSignal", NULL },
	{ "StopTimeout", NULL },
	{ NULL, NULL },
};

static const struct member host_members[] = {
	{ "Binds", "null" },
	{ "ContainerIDFile", "\"\"" },
	{ "LogConfig", "{\"Type\":\"json-file\",\"Config\":{}}" },
	{ "NetworkMode", "\"none\"" },
	{ "PortBindings", "{}" },
	{ "RestartPolicy", "{\"Name\":\"no\",\"MaximumRetryCount\":0}" },
	{ "AutoRemove", "false" },
	{ "VolumeDriver", "\"\"" },
	{ "VolumesFrom", "null" },
	{ "ConsoleSize", "[0,0]" },
	{ "Annotations", NULL },
	{ "CapAdd", "null" },
	{ "CapDrop", "null" },
	{ "CgroupnsMode", "\"private\"" },
	{ "Dns", "[]" },
	{ "DnsOptions", "[]" },
	{ "DnsSearch", "[]" },
	{ "ExtraHosts", "null" },
	{ "GroupAdd", "null" },
	{ "IpcMode", "\"private\"" },
	{ "Cgroup", "\"\"" },
	{ "Links", "null" },
	{ "OomScoreAdj", "0" },
	{ "PidMode", "\"\"" },
	{ "Privileged", "false" },
	{ "PublishAllPorts", "false" },
	{ "ReadonlyRootfs", "false" },
	{ "SecurityOpt", "null" },
	{ "StorageOpt", NULL },
	{ "Tmpfs", NULL },
	{ "UTSMode", "\"\"" },
	{ "UsernsMode", "\"\"" },
	{ "ShmSize", "67108864" },
	{ "Sysctls", NULL },
	{ "Runtime", "\"hoy\"" },
	{ "Isolation", "\"\"" },
	{ "CpuShares", "0" },
	{ "Memory", "0" },
	{ "NanoCpus", "0" },
	{ "CgroupParent", "\"\"" },
	{ "BlkioWeight", "0" },
	{ "BlkioWeightDevice", "[]" },
	{ "BlkioDeviceReadBps", "[]" },
	{ "BlkioDeviceWriteBps", "[]" },
	{ "BlkioDeviceReadIOps", "[]" },
	{ "BlkioDeviceWriteIOps", "[]" },
	{ "CpuPeriod", "0" },
	{ "CpuQuota", "0" },
	{ "CpuRealtimePeriod", "0" },
	{ "CpuRealtimeRuntime", "0" },
	{ "CpusetCpus", "\"\"" },
	{ "CpusetMems", "\"\"" },
	{ "Devices", "[]" },
	{ "DeviceCgroupRules", "null" },
	{ "DeviceRequests", "null" },
	{ "MemoryReservation", "0" },
	{ "MemorySwap", "0" },
	{ "MemorySwappiness", "null" },
	{ "OomKillDisable", "false" },
	{ "PidsLimit", "null" },
	{ "Ulimits", "[]" },
	{ "CpuCount", "0" },
	{ "CpuPercent", "0" },
	{ "IOMaximumIOps", "0" },
	{ "IOMaximumBandwidth", "0" },
	{ "Mounts", NULL },
	{ "MaskedPaths", "[]" },
	{ "ReadonlyPaths", "[]" },
	{ "Init", NULL },
	{ NULL, NULL },
};

static bool is_empty(struct json_object *value)
{
	return (json_object_is_type(value, json_type_array) && json_object_array_length(value) == 0) ||
	       (json_object_is_type(value, json_type_object) && json_object_object_length(value) == 0);
}

static bool is_listed(const struct member *members, const char *name)
{
	for (; members->name; members++)
		if (strcmp(members->name, name) == 0)
			return true;
	return false;
}

/* What the record has of them, in Docker's order; what it has beside them follows. Docker's empty lists are null or left out. */
static void put_members(struct json_writer *w, const char *key, struct json_object *record, const struct member *members)
{
	json_begin_object(w, key);
	for (const struct member *m = members; m->name; m++) {
		struct json_object *value = json_get(record, m->name);

		if (value && !(is_empty(value) && (!m->otherwise || strcmp(m->otherwise, "null") == 0)))
			json_put_value(w, m->name, value);
		else if (m->otherwise)
			json_put_raw(w, m->name, m->otherwise);
	}
	if (!record) {
		json_end_object(w);
		return;
	}
	json_object_object_foreach (record, name, more)
		if (!is_listed(members, name))
			json_put_value(w, name, more);
	json_end_object(w);
}

static void put_time(struct json_writer *w, const char *key, int64_t ns)
{
	char text[CLOCK_TEXT_MAX];

	json_put_str(w, key, ns ? clock_format(ns, text) : NEVER);
}

static void put_state(const struct handle *h, struct json_writer *w)
{
	autojson struct json_object *health = NULL;
	const struct state *s = &h->state;

	json_begin_object(w, "State");
	json_put_str(w, "Status", state_name(s->status));
	/* a paused container runs, too; and one that waits for its restart */
	json_put_bool(w, "Running", s->status == STATUS_RUNNING || s->status == STATUS_PAUSED || s->status == STATUS_RESTARTING);
	json_put_bool(w, "Paused", s->status == STATUS_PAUSED);
	json_put_bool(w, "Restarting", s->status == STATUS_RESTARTING);
	json_put_bool(w, "OOMKilled", s->oom_killed);
	json_put_bool(w, "Dead", s->status == STATUS_DEAD);
	json_put_i64(w, "Pid", s->pid);
	json_put_i64(w, "ExitCode", s->exit_code);
	json_put_str(w, "Error", s->error ? s->error : "");
	put_time(w, "StartedAt", s->started);
	put_time(w, "FinishedAt", s->finished);
	if (s->health && json_read(h->dir, "health.json", HEALTH_MAX, &health) == 0)
		json_put_value(w, "Health", health);
	json_end_object(w);
}

static void put_path(const struct handle *h, struct json_writer *w, const char *key, const char *file)
{
	autofree char *path = xasprintf("%s/containers/%s/%s", h->home->store->root, h->record.id, file);

	json_put_str(w, key, path);
}

/* The overlay is mounted in the container's own mount namespace alone: that is where its root can be seen from the host. */
static void put_driver(const struct handle *h, struct json_writer *w)
{
	const struct strv *layers = &h->record.layers;
	autostrv lower = { 0 };
	autofree char *joined = NULL;

	for (size_t i = layers->count; i-- > 0;)
		strv_add(&lower, layers->items[i]);
	joined = strv_join(&lower, ":");
	json_begin_object(w, "GraphDriver");
	json_begin_object(w, "Data");
	json_put_str(w, "LowerDir", joined);
	if (handle_runs(h) && h->state.pid > 0) {
		autofree char *root = xasprintf("/proc/%d/root", (int)h->state.pid);

		json_put_str(w, "MergedDir", root);
	} else {
		json_put_null(w, "MergedDir");
	}
	put_path(h, w, "UpperDir", "upper");
	put_path(h, w, "WorkDir", "work");
	json_end_object(w);
	json_put_str(w, "Name", "overlay");
	json_end_object(w);
}

/* What its files take up: its own, and with the image's. */
static void put_sizes(const struct handle *h, struct json_writer *w)
{
	autofree char *image = xasprintf("sha256:%s", h->record.image_id);
	uint64_t own = dir_size(h->dir, "upper");
	autoentry e = { 0 };

	if (image_find_entry(h->home->store, image, &e) < 0)
		error_clear();
	json_put_u64(w, "SizeRw", own);
	json_put_u64(w, "SizeRootFs", own + (uint64_t)e.size);
}

static void put_text(struct json_writer *w, struct json_object *record, const char *key)
{
	struct json_object *value = json_get(record, key);

	json_put_str(w, key, value ? json_object_get_string(value) : "");
}

static void put_execs(const struct handle *h, struct json_writer *w)
{
	autostrv ids = { 0 };

	exec_list_read(h->home, h->record.id, &ids);
	if (ids.count)
		json_put_strv(w, "ExecIDs", &ids);
	else
		json_put_null(w, "ExecIDs");
}

static void put_all(struct handle *h, struct json_object *record, bool size, struct json_writer *w)
{
	autofree char *name = xasprintf("/%s", h->record.name);

	json_begin_object(w, NULL);
	json_put_str(w, "Id", h->record.id);
	json_put_value(w, "Created", json_get(record, "Created"));
	json_put_str(w, "Path", h->record.path);
	json_put_strv(w, "Args", &h->record.args);
	put_state(h, w);
	json_put_value(w, "Image", json_get(record, "Image"));
	put_path(h, w, "ResolvConfPath", "resolv.conf");
	put_path(h, w, "HostnamePath", "hostname");
	put_path(h, w, "HostsPath", "hosts");
	put_path(h, w, "LogPath", "log");
	json_put_str(w, "Name", name);
	json_put_i64(w, "RestartCount", h->state.restarts);
	json_put_str(w, "Driver", "overlay");
	json_put_str(w, "Platform", "linux");
	put_text(w, record, "MountLabel");
	put_text(w, record, "ProcessLabel");
	put_text(w, record, "AppArmorProfile");
	put_execs(h, w);
	put_members(w, "HostConfig", json_get(record, "HostConfig"), host_members);
	put_driver(h, w);
	if (size)
		put_sizes(h, w);
	json_put_value(w, "Mounts", json_get(record, "Mounts"));
	put_members(w, "Config", json_get(record, "Config"), config_members);
	inspect_network(h, record, w);
	inspect_live(h, w);
	json_end_object(w);
}

int inspect_container(const struct home *home, const char *name, bool size, struct json_writer *w)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autojson struct json_object *record = NULL;
	int r = handle_open(home, name, &h);

	if (r == 0)
		r = json_read(h.dir, "record.json", RECORD_MAX, &record);
	if (r < 0)
		return r;
	put_all(&h, record, size, w);
	return 0;
}
