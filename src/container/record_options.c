/* SPDX-License-Identifier: Apache-2.0 */
#include "container/record_options.h"

#include "base/memory.h"
#include "base/number.h"
#include "container/device.h"
#include "container/gpus.h"

#include <ctype.h>
#include <string.h>

#define SHM_SIZE (INT64_C(64) << 20)

void record_put_pairs(struct json_writer *w, const char *member, const struct strv *pairs)
{
	json_begin_object(w, member);
	for (size_t i = 0; i < pairs->count; i++) {
		size_t key = strcspn(pairs->items[i], "=");
		autofree char *name = xstrndup(pairs->items[i], key);

		json_put_str(w, name, pairs->items[i][key] ? pairs->items[i] + key + 1 : "");
	}
	json_end_object(w);
}

static void put_text(struct json_writer *w, const char *member, const char *text)
{
	json_put_str(w, member, text ? text : "");
}

/* RLIMIT_NOFILE is "nofile"; unlimited is -1. */
static void put_ulimits(struct json_writer *w, const struct spec_rlimits *limits)
{
	json_begin_array(w, "Ulimits");
	for (size_t i = 0; i < limits->count; i++) {
		const struct spec_rlimit *l = &limits->items[i];
		autofree char *name = xstrdup(l->type + strlen("RLIMIT_"));

		for (char *p = name; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		json_begin_object(w, NULL);
		json_put_str(w, "Name", name);
		json_put_i64(w, "Hard", (int64_t)l->hard);
		json_put_i64(w, "Soft", (int64_t)l->soft);
		json_end_object(w);
	}
	json_end_array(w);
}

/* DEVICE:NUMBER, whose number the spec has read. */
static void put_device_number(struct json_writer *w, const char *option, const char *member, uint64_t number)
{
	json_begin_object(w, NULL);
	json_put_strn(w, "Path", option, strcspn(option, ":"));
	json_put_u64(w, member, number);
	json_end_object(w);
}

static void put_rates(struct json_writer *w, const char *member, const struct strv *options,
		      const struct spec_throttle_devices *devices)
{
	json_begin_array(w, member);
	for (size_t i = 0; i < devices->count && i < options->count; i++)
		put_device_number(w, options->items[i], "Rate", devices->items[i].rate);
	json_end_array(w);
}

static void put_block_io(struct json_writer *w, const struct run_options *o, const struct spec_block_io *b)
{
	json_put_u64(w, "BlkioWeight", b->weight.value);
	json_begin_array(w, "BlkioWeightDevice");
	for (size_t i = 0; i < b->weight_devices.count && i < o->blkio_weight_devices.count; i++)
		put_device_number(w, o->blkio_weight_devices.items[i], "Weight", b->weight_devices.items[i].weight.value);
	json_end_array(w);
	put_rates(w, "BlkioDeviceReadBps", &o->device_read_bps, &b->read_bps);
	put_rates(w, "BlkioDeviceWriteBps", &o->device_write_bps, &b->write_bps);
	put_rates(w, "BlkioDeviceReadIOps", &o->device_read_iops, &b->read_iops);
	put_rates(w, "BlkioDeviceWriteIOps", &o->device_write_iops, &b->write_iops);
}

static void put_limits(struct json_writer *w, const struct run_options *o, const struct spec_resources *r)
{
	int64_t nano = 0;

	if (o->cpus)
		(void)number_fixed(o->cpus, 9, &nano);
	json_put_i64(w, "CpuShares", o->cpu_shares);
	json_put_i64(w, "Memory", r->memory.limit.value);
	json_put_i64(w, "NanoCpus", nano);
	put_text(w, "CgroupParent", o->cgroup_parent);
	put_block_io(w, o, &r->block_io);
	json_put_i64(w, "CpuPeriod", o->cpu_period);
	json_put_i64(w, "CpuQuota", o->cpu_quota);
	json_put_i64(w, "CpuRealtimePeriod", o->cpu_rt_period);
	json_put_i64(w, "CpuRealtimeRuntime", o->cpu_rt_runtime);
	put_text(w, "CpusetCpus", o->cpuset_cpus);
	put_text(w, "CpusetMems", o->cpuset_mems);
	json_put_i64(w, "MemoryReservation", o->memory_reservation);
	json_put_i64(w, "MemorySwap", r->memory.swap.value);
	if (r->memory.swappiness.set)
		json_put_u64(w, "MemorySwappiness", r->memory.swappiness.value);
	else
		json_put_null(w, "MemorySwappiness");
	json_put_bool(w, "OomKillDisable", o->oom_kill_disable);
	json_put_i64(w, "OomScoreAdj", o->oom_score_adj);
	json_put_i64(w, "PidsLimit", o->pids_limit);
}

/* SOURCE[:TARGET][:rwm], as device.c reads it. */
static void put_device(struct json_writer *w, const char *option)
{
	autostrv parts = { 0 };
	const char *target, *access = "rwm";
	size_t count;

	strv_split(&parts, option, ':');
	count = parts.count;
	if (count > 1 && parts.items[count - 1][0] != '/')
		access = parts.items[--count];
	target = count > 1 && parts.items[1][0] ? parts.items[1] : parts.items[0];
	json_begin_object(w, NULL);
	json_put_str(w, "PathOnHost", parts.items[0]);
	json_put_str(w, "PathInContainer", target);
	json_put_str(w, "CgroupPermissions", access);
	json_end_object(w);
}

/* Devices by name, those of --gpus among them. */
static void put_device_requests(struct json_writer *w, const struct run_options *o)
{
	autostrv names = { 0 };

	for (size_t i = 0; i < o->devices.count; i++)
		if (device_is_cdi(o->devices.items[i]))
			strv_add(&names, o->devices.items[i]);
	if (o->gpus)
		(void)gpus_to_cdi(o->gpus, &names); /* the spec was made of them: they are known */
	json_begin_array(w, "DeviceRequests");
	if (names.count) {
		json_begin_object(w, NULL);
		json_put_str(w, "Driver", "cdi");
		json_put_i64(w, "Count", 0);
		json_put_strv(w, "DeviceIDs", &names);
		json_put_null(w, "Capabilities");
		json_put_null(w, "Options");
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_rights(struct json_writer *w, const struct run_options *o, const struct spec *spec)
{
	json_put_strv(w, "CapAdd", &o->cap_add);
	json_put_strv(w, "CapDrop", &o->cap_drop);
	json_put_bool(w, "Privileged", o->privileged);
	json_put_bool(w, "ReadonlyRootfs", o->read_only);
	json_put_strv(w, "SecurityOpt", &o->security_opt);
	json_begin_array(w, "Devices");
	for (size_t i = 0; i < o->devices.count; i++)
		if (!device_is_cdi(o->devices.items[i]))
			put_device(w, o->devices.items[i]);
	json_end_array(w);
	put_device_requests(w, o);
	json_put_strv(w, "DeviceCgroupRules", &o->device_cgroup_rules);
	json_put_strv(w, "MaskedPaths", &spec->linux_.masked_paths);
	json_put_strv(w, "ReadonlyPaths", &spec->linux_.readonly_paths);
}

/* Docker names the private ones of two kinds. A container that is shared with is there by its id, whatever was typed. */
static void put_namespaces(struct json_writer *w, const struct run_options *o, const struct spec_namespace *n)
{
	json_put_str(w, "CgroupnsMode", n[SPEC_NS_CGROUP].set ? "private" : "host");
	json_put_str(w, "IpcMode", n[SPEC_NS_IPC].path ? n[SPEC_NS_IPC].path : o->ipc && *o->ipc ? o->ipc : "private");
	put_text(w, "PidMode", n[SPEC_NS_PID].path ? n[SPEC_NS_PID].path : o->pid);
	put_text(w, "UTSMode", o->uts);
	put_text(w, "UsernsMode", o->userns);
	put_text(w, "Isolation", o->isolation);
	json_put_str(w, "Runtime", o->runtime && *o->runtime ? o->runtime : "hoy-runtime");
}

void record_options_write(struct json_writer *w, const struct run_options *o, const struct spec *spec)
{
	put_rights(w, o, spec);
	put_limits(w, o, &spec->linux_.resources);
	put_ulimits(w, &spec->process.rlimits);
	json_put_strv(w, "Dns", &o->dns);
	json_put_strv(w, "DnsOptions", &o->dns_option);
	json_put_strv(w, "DnsSearch", &o->dns_search);
	json_put_strv(w, "ExtraHosts", &o->add_host);
	json_put_strv(w, "GroupAdd", &o->group_add);
	record_put_pairs(w, "Annotations", &o->annotations);
	record_put_pairs(w, "Sysctls", &o->sysctls);
	put_namespaces(w, o, spec->linux_.namespaces);
	json_put_bool(w, "Init", o->init);
	json_put_i64(w, "ShmSize", o->shm_size > 0 ? o->shm_size : SHM_SIZE);
}
