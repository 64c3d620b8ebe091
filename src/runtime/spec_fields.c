/* SPDX-License-Identifier: Apache-2.0 */
/* The rows, in the order of the standard's chapters: config.md, then config-linux.md. See spec.h for what each means. */
#include "runtime/spec_fields.h"

#include "base/memory.h"
#include "runtime/spec.h"

#include <assert.h>

const char *const spec_namespace_names[] = {
	[SPEC_NS_USER] = "user",       [SPEC_NS_CGROUP] = "cgroup", [SPEC_NS_IPC] = "ipc",     [SPEC_NS_UTS] = "uts",
	[SPEC_NS_NETWORK] = "network", [SPEC_NS_PID] = "pid",       [SPEC_NS_MOUNT] = "mount", [SPEC_NS_TIME] = "time",
};
static_assert(ARRAY_SIZE(spec_namespace_names) == SPEC_NS_COUNT, "a namespace type without a name");

#define SHAPE(name, type) static const struct spec_shape name = { name##_fields, sizeof(struct type), SPEC_NO_SET }
#define SHAPE_SET(name, type) \
	static const struct spec_shape name = { name##_fields, sizeof(struct type), offsetof(struct type, set) }

/* ---- process ---- */
#define AT(member) offsetof(struct spec_process, member)

static const struct spec_field console_size_fields[] = {
	{ "height", SPEC_U32, SPEC_ALWAYS, AT(console_height) },
	{ "width", SPEC_U32, SPEC_ALWAYS, AT(console_width) },
	{ 0 },
};
SHAPE(console_size, spec_process);

static const struct spec_field user_fields[] = {
	{ "uid", SPEC_U32, SPEC_ALWAYS, offsetof(struct spec_user, uid) },
	{ "gid", SPEC_U32, SPEC_ALWAYS, offsetof(struct spec_user, gid) },
	{ "umask", SPEC_OPT_U64, 0, offsetof(struct spec_user, umask) },
	{ "additionalGids", SPEC_GIDS, 0, offsetof(struct spec_user, additional_gids) },
	{ 0 },
};
SHAPE(user, spec_user);
static_assert(offsetof(struct spec_user, additional_gid_count) == offsetof(struct spec_user, additional_gids) + sizeof(uint32_t *),
	      "SPEC_GIDS: the count follows the pointer");

static const struct spec_field capabilities_fields[] = {
	{ "bounding", SPEC_CAPABILITIES, 0, offsetof(struct spec_capabilities, bounding) },
	{ "effective", SPEC_CAPABILITIES, 0, offsetof(struct spec_capabilities, effective) },
	{ "inheritable", SPEC_CAPABILITIES, 0, offsetof(struct spec_capabilities, inheritable) },
	{ "permitted", SPEC_CAPABILITIES, 0, offsetof(struct spec_capabilities, permitted) },
	{ "ambient", SPEC_CAPABILITIES, 0, offsetof(struct spec_capabilities, ambient) },
	{ 0 },
};
SHAPE_SET(capabilities, spec_capabilities);

static const struct spec_field rlimit_fields[] = {
	{ "type", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_rlimit, type) },
	{ "hard", SPEC_U64, SPEC_ALWAYS, offsetof(struct spec_rlimit, hard) },
	{ "soft", SPEC_U64, SPEC_ALWAYS, offsetof(struct spec_rlimit, soft) },
	{ 0 },
};
SHAPE(rlimit, spec_rlimit);

static const struct spec_field scheduler_fields[] = {
	{ "policy", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_scheduler, policy) },
	{ "nice", SPEC_I32, 0, offsetof(struct spec_scheduler, nice) },
	{ "priority", SPEC_I32, 0, offsetof(struct spec_scheduler, priority) },
	{ "flags", SPEC_STRINGS, 0, offsetof(struct spec_scheduler, flags) },
	{ "runtime", SPEC_U64, 0, offsetof(struct spec_scheduler, runtime) },
	{ "deadline", SPEC_U64, 0, offsetof(struct spec_scheduler, deadline) },
	{ "period", SPEC_U64, 0, offsetof(struct spec_scheduler, period) },
	{ 0 },
};
SHAPE_SET(scheduler, spec_scheduler);

static const struct spec_field io_priority_fields[] = {
	{ "class", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_io_priority, class) },
	{ "priority", SPEC_I32, SPEC_ALWAYS, offsetof(struct spec_io_priority, priority) },
	{ 0 },
};
SHAPE_SET(io_priority, spec_io_priority);

static const struct spec_field affinity_fields[] = {
	{ "initial", SPEC_STRING, 0, AT(affinity_initial) },
	{ "final", SPEC_STRING, 0, AT(affinity_final) },
	{ 0 },
};
SHAPE(affinity, spec_process);

static const struct spec_field process_fields[] = {
	{ "terminal", SPEC_BOOL, 0, AT(terminal) },
	{ "consoleSize", SPEC_OBJECT, 0, 0, &console_size },
	{ "user", SPEC_OBJECT, SPEC_ALWAYS, AT(user), &user },
	{ "args", SPEC_STRINGS, SPEC_ALWAYS, AT(args) },
	{ "env", SPEC_STRINGS, 0, AT(env) },
	{ "cwd", SPEC_STRING, SPEC_REQUIRED, AT(cwd) },
	{ "capabilities", SPEC_OBJECT, 0, AT(capabilities), &capabilities },
	{ "rlimits", SPEC_OBJECTS, 0, AT(rlimits), &rlimit },
	{ "noNewPrivileges", SPEC_BOOL, 0, AT(no_new_privileges) },
	{ "apparmorProfile", SPEC_STRING, 0, AT(apparmor_profile) },
	{ "selinuxLabel", SPEC_STRING, 0, AT(selinux_label) },
	{ "oomScoreAdj", SPEC_OPT_I64, 0, AT(oom_score_adj) },
	{ "scheduler", SPEC_OBJECT, 0, AT(scheduler), &scheduler },
	{ "ioPriority", SPEC_OBJECT, 0, AT(io_priority), &io_priority },
	{ "execCPUAffinity", SPEC_OBJECT, 0, 0, &affinity },
	{ 0 },
};
const struct spec_shape spec_shape_process = { process_fields, sizeof(struct spec_process), offsetof(struct spec_process, set) };
#undef AT

/* ---- mounts, hooks ---- */
static const struct spec_field id_mapping_fields[] = {
	{ "containerID", SPEC_U32, SPEC_REQUIRED, offsetof(struct spec_id_mapping, container_id) },
	{ "hostID", SPEC_U32, SPEC_REQUIRED, offsetof(struct spec_id_mapping, host_id) },
	{ "size", SPEC_U32, SPEC_REQUIRED, offsetof(struct spec_id_mapping, size) },
	{ 0 },
};
SHAPE(id_mapping, spec_id_mapping);

static const struct spec_field mount_fields[] = {
	{ "destination", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_mount, destination) },
	{ "type", SPEC_STRING, 0, offsetof(struct spec_mount, type) },
	{ "source", SPEC_STRING, 0, offsetof(struct spec_mount, source) },
	{ "options", SPEC_STRINGS, 0, offsetof(struct spec_mount, options) },
	{ "uidMappings", SPEC_OBJECTS, 0, offsetof(struct spec_mount, uid_mappings), &id_mapping },
	{ "gidMappings", SPEC_OBJECTS, 0, offsetof(struct spec_mount, gid_mappings), &id_mapping },
	{ 0 },
};
SHAPE(mount, spec_mount);

static const struct spec_field hook_fields[] = {
	{ "path", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_hook, path) },
	{ "args", SPEC_STRINGS, 0, offsetof(struct spec_hook, args) },
	{ "env", SPEC_STRINGS, 0, offsetof(struct spec_hook, env) },
	{ "timeout", SPEC_OPT_I64, 0, offsetof(struct spec_hook, timeout) },
	{ 0 },
};
SHAPE(hook, spec_hook);

#define HOOKS(name, kind)                                                                                           \
	{                                                                                                           \
		name, SPEC_OBJECTS, 0, offsetof(struct spec, hooks) + (kind) * sizeof(struct spec_hook_list), &hook \
	}
static const struct spec_field hooks_fields[] = {
	HOOKS("prestart", SPEC_HOOK_PRESTART),
	HOOKS("createRuntime", SPEC_HOOK_CREATE_RUNTIME),
	HOOKS("createContainer", SPEC_HOOK_CREATE_CONTAINER),
	HOOKS("startContainer", SPEC_HOOK_START_CONTAINER),
	HOOKS("poststart", SPEC_HOOK_POSTSTART),
	HOOKS("poststop", SPEC_HOOK_POSTSTOP),
	{ 0 },
};
static_assert(ARRAY_SIZE(hooks_fields) == SPEC_HOOK_COUNT + 1, "a hook without a row");
SHAPE(hooks, spec);

static const struct spec_field root_fields[] = {
	{ "path", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_root, path) },
	{ "readonly", SPEC_BOOL, 0, offsetof(struct spec_root, readonly) },
	{ "uidMappings", SPEC_OBJECTS, 0, offsetof(struct spec_root, uid_mappings), &id_mapping },
	{ "gidMappings", SPEC_OBJECTS, 0, offsetof(struct spec_root, gid_mappings), &id_mapping },
	{ 0 },
};
SHAPE(root, spec_root);

/* ---- linux.resources ---- */
#define AT(member) offsetof(struct spec_resources, member)

static const struct spec_field device_rule_fields[] = {
	{ "allow", SPEC_BOOL, SPEC_ALWAYS, offsetof(struct spec_device_rule, allow) },
	{ "type", SPEC_LETTER, 0, offsetof(struct spec_device_rule, type) },
	{ "major", SPEC_OPT_I64, 0, offsetof(struct spec_device_rule, major) },
	{ "minor", SPEC_OPT_I64, 0, offsetof(struct spec_device_rule, minor) },
	{ "access", SPEC_ACCESS, 0, offsetof(struct spec_device_rule, access) },
	{ 0 },
};
SHAPE(device_rule, spec_device_rule);

static const struct spec_field memory_fields[] = {
	{ "limit", SPEC_OPT_I64, 0, AT(memory.limit) },
	{ "reservation", SPEC_OPT_I64, 0, AT(memory.reservation) },
	{ "swap", SPEC_OPT_I64, 0, AT(memory.swap) },
	{ "kernel", SPEC_OPT_I64, 0, AT(memory.kernel) },
	{ "kernelTCP", SPEC_OPT_I64, 0, AT(memory.kernel_tcp) },
	{ "swappiness", SPEC_OPT_U64, 0, AT(memory.swappiness) },
	{ "disableOOMKiller", SPEC_OPT_BOOL, 0, AT(memory.disable_oom_killer) },
	{ "useHierarchy", SPEC_OPT_BOOL, 0, AT(memory.use_hierarchy) },
	{ "checkBeforeUpdate", SPEC_OPT_BOOL, 0, AT(memory.check_before_update) },
	{ 0 },
};
SHAPE(memory, spec_resources);

static const struct spec_field cpu_fields[] = {
	{ "shares", SPEC_OPT_U64, 0, AT(cpu.shares) },
	{ "quota", SPEC_OPT_I64, 0, AT(cpu.quota) },
	{ "burst", SPEC_OPT_U64, 0, AT(cpu.burst) },
	{ "period", SPEC_OPT_U64, 0, AT(cpu.period) },
	{ "realtimeRuntime", SPEC_OPT_I64, 0, AT(cpu.realtime_runtime) },
	{ "realtimePeriod", SPEC_OPT_U64, 0, AT(cpu.realtime_period) },
	{ "cpus", SPEC_STRING, 0, AT(cpu.cpus) },
	{ "mems", SPEC_STRING, 0, AT(cpu.mems) },
	{ "idle", SPEC_OPT_I64, 0, AT(cpu.idle) },
	{ 0 },
};
SHAPE(cpu, spec_resources);

static const struct spec_field pids_fields[] = {
	{ "limit", SPEC_OPT_I64, 0, AT(pids_limit) },
	{ 0 },
};
SHAPE(pids, spec_resources);

static const struct spec_field weight_device_fields[] = {
	{ "major", SPEC_I64, SPEC_ALWAYS, offsetof(struct spec_weight_device, major) },
	{ "minor", SPEC_I64, SPEC_ALWAYS, offsetof(struct spec_weight_device, minor) },
	{ "weight", SPEC_OPT_U64, 0, offsetof(struct spec_weight_device, weight) },
	{ "leafWeight", SPEC_OPT_U64, 0, offsetof(struct spec_weight_device, leaf_weight) },
	{ 0 },
};
SHAPE(weight_device, spec_weight_device);

static const struct spec_field throttle_device_fields[] = {
	{ "major", SPEC_I64, SPEC_ALWAYS, offsetof(struct spec_throttle_device, major) },
	{ "minor", SPEC_I64, SPEC_ALWAYS, offsetof(struct spec_throttle_device, minor) },
	{ "rate", SPEC_U64, SPEC_ALWAYS, offsetof(struct spec_throttle_device, rate) },
	{ 0 },
};
SHAPE(throttle_device, spec_throttle_device);

static const struct spec_field block_io_fields[] = {
	{ "weight", SPEC_OPT_U64, 0, AT(block_io.weight) },
	{ "leafWeight", SPEC_OPT_U64, 0, AT(block_io.leaf_weight) },
	{ "weightDevice", SPEC_OBJECTS, 0, AT(block_io.weight_devices), &weight_device },
	{ "throttleReadBpsDevice", SPEC_OBJECTS, 0, AT(block_io.read_bps), &throttle_device },
	{ "throttleWriteBpsDevice", SPEC_OBJECTS, 0, AT(block_io.write_bps), &throttle_device },
	{ "throttleReadIOPSDevice", SPEC_OBJECTS, 0, AT(block_io.read_iops), &throttle_device },
	{ "throttleWriteIOPSDevice", SPEC_OBJECTS, 0, AT(block_io.write_iops), &throttle_device },
	{ 0 },
};
SHAPE(block_io, spec_resources);

static const struct spec_field hugepage_fields[] = {
	{ "pageSize", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_hugepage_limit, page_size) },
	{ "limit", SPEC_U64, SPEC_REQUIRED, offsetof(struct spec_hugepage_limit, limit) },
	{ 0 },
};
SHAPE(hugepage, spec_hugepage_limit);

static const struct spec_field priority_fields[] = {
	{ "name", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_interface_priority, name) },
	{ "priority", SPEC_U32, SPEC_ALWAYS, offsetof(struct spec_interface_priority, priority) },
	{ 0 },
};
SHAPE(priority, spec_interface_priority);

static const struct spec_field network_fields[] = {
	{ "classID", SPEC_OPT_U64, 0, AT(network.class_id) },
	{ "priorities", SPEC_OBJECTS, 0, AT(network.priorities), &priority },
	{ 0 },
};
SHAPE(network, spec_resources);

static const struct spec_field rdma_fields[] = {
	{ "hcaHandles", SPEC_OPT_U64, 0, offsetof(struct spec_rdma_limit, hca_handles) },
	{ "hcaObjects", SPEC_OPT_U64, 0, offsetof(struct spec_rdma_limit, hca_objects) },
	{ 0 },
};
SHAPE(rdma, spec_rdma_limit);
static_assert(offsetof(struct spec_rdma_limit, device) == 0, "SPEC_KEYED: the key comes first");

static const struct spec_field resources_fields[] = {
	{ "devices", SPEC_OBJECTS, 0, AT(devices), &device_rule },
	{ "memory", SPEC_OBJECT, 0, 0, &memory },
	{ "cpu", SPEC_OBJECT, 0, 0, &cpu },
	{ "pids", SPEC_OBJECT, 0, 0, &pids },
	{ "blockIO", SPEC_OBJECT, 0, 0, &block_io },
	{ "hugepageLimits", SPEC_OBJECTS, 0, AT(hugepages), &hugepage },
	{ "network", SPEC_OBJECT, 0, 0, &network },
	{ "rdma", SPEC_KEYED, 0, AT(rdma), &rdma },
	{ "unified", SPEC_MAP, 0, AT(unified) },
	{ 0 },
};
const struct spec_shape spec_shape_resources = { resources_fields, sizeof(struct spec_resources), SPEC_NO_SET };
#undef AT

/* ---- linux: its rows count from struct spec ---- */
#define AT(member) offsetof(struct spec, linux_.member)

static const struct spec_field time_offset_fields[] = {
	{ "secs", SPEC_I64, 0, offsetof(struct spec_time_offset, secs) },
	{ "nanosecs", SPEC_U32, 0, offsetof(struct spec_time_offset, nanosecs) },
	{ 0 },
};
SHAPE_SET(time_offset, spec_time_offset);

static const struct spec_field time_offsets_fields[] = {
	{ "monotonic", SPEC_OBJECT, 0, AT(monotonic), &time_offset },
	{ "boottime", SPEC_OBJECT, 0, AT(boottime), &time_offset },
	{ 0 },
};
SHAPE(time_offsets, spec);

static const struct spec_field device_fields[] = {
	{ "path", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_device, path) },
	{ "type", SPEC_LETTER, SPEC_REQUIRED, offsetof(struct spec_device, type) },
	{ "major", SPEC_I64, SPEC_ALWAYS, offsetof(struct spec_device, major) },
	{ "minor", SPEC_I64, SPEC_ALWAYS, offsetof(struct spec_device, minor) },
	{ "fileMode", SPEC_OPT_U64, 0, offsetof(struct spec_device, file_mode) },
	{ "uid", SPEC_OPT_U64, 0, offsetof(struct spec_device, uid) },
	{ "gid", SPEC_OPT_U64, 0, offsetof(struct spec_device, gid) },
	{ 0 },
};
SHAPE(device, spec_device);

static const struct spec_field net_device_fields[] = {
	{ "name", SPEC_STRING, 0, offsetof(struct spec_net_device, name) },
	{ 0 },
};
SHAPE(net_device, spec_net_device);
static_assert(offsetof(struct spec_net_device, host_name) == 0, "SPEC_KEYED: the key comes first");

static const struct spec_field seccomp_arg_fields[] = {
	{ "index", SPEC_U32, SPEC_ALWAYS, offsetof(struct spec_seccomp_arg, index) },
	{ "value", SPEC_U64, SPEC_ALWAYS, offsetof(struct spec_seccomp_arg, value) },
	{ "valueTwo", SPEC_U64, 0, offsetof(struct spec_seccomp_arg, value_two) },
	{ "op", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_seccomp_arg, op) },
	{ 0 },
};
SHAPE(seccomp_arg, spec_seccomp_arg);

static const struct spec_field seccomp_rule_fields[] = {
	{ "names", SPEC_STRINGS, SPEC_ALWAYS, offsetof(struct spec_seccomp_rule, names) },
	{ "action", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_seccomp_rule, action) },
	{ "errnoRet", SPEC_OPT_U64, 0, offsetof(struct spec_seccomp_rule, errno_ret) },
	{ "args", SPEC_OBJECTS, 0, offsetof(struct spec_seccomp_rule, args), &seccomp_arg },
	{ 0 },
};
SHAPE(seccomp_rule, spec_seccomp_rule);

static const struct spec_field seccomp_fields[] = {
	{ "defaultAction", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_seccomp, default_action) },
	{ "defaultErrnoRet", SPEC_OPT_U64, 0, offsetof(struct spec_seccomp, default_errno_ret) },
	{ "architectures", SPEC_STRINGS, 0, offsetof(struct spec_seccomp, architectures) },
	{ "flags", SPEC_STRINGS, 0, offsetof(struct spec_seccomp, flags) },
	{ "listenerPath", SPEC_STRING, 0, offsetof(struct spec_seccomp, listener_path) },
	{ "listenerMetadata", SPEC_STRING, 0, offsetof(struct spec_seccomp, listener_metadata) },
	{ "syscalls", SPEC_OBJECTS, 0, offsetof(struct spec_seccomp, rules), &seccomp_rule },
	{ 0 },
};
const struct spec_shape spec_shape_seccomp = { seccomp_fields, sizeof(struct spec_seccomp), offsetof(struct spec_seccomp, set) };

static const struct spec_field memory_policy_fields[] = {
	{ "mode", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec_memory_policy, mode) },
	{ "nodes", SPEC_STRING, 0, offsetof(struct spec_memory_policy, nodes) },
	{ "flags", SPEC_STRINGS, 0, offsetof(struct spec_memory_policy, flags) },
	{ 0 },
};
SHAPE_SET(memory_policy, spec_memory_policy);

static const struct spec_field intel_rdt_fields[] = {
	{ "closID", SPEC_STRING, 0, offsetof(struct spec_intel_rdt, clos_id) },
	{ "l3CacheSchema", SPEC_STRING, 0, offsetof(struct spec_intel_rdt, l3_cache_schema) },
	{ "memBwSchema", SPEC_STRING, 0, offsetof(struct spec_intel_rdt, mem_bw_schema) },
	{ "schemata", SPEC_STRINGS, 0, offsetof(struct spec_intel_rdt, schemata) },
	{ "enableMonitoring", SPEC_BOOL, 0, offsetof(struct spec_intel_rdt, enable_monitoring) },
	{ 0 },
};
SHAPE_SET(intel_rdt, spec_intel_rdt);

static const struct spec_field personality_fields[] = {
	{ "domain", SPEC_STRING, SPEC_REQUIRED, AT(personality) },
	{ "flags", SPEC_STRINGS, 0, AT(personality_flags) },
	{ 0 },
};
SHAPE(personality, spec);

static const struct spec_field linux_top_fields[] = {
	{ "namespaces", SPEC_NAMESPACES, 0, AT(namespaces) },
	{ "uidMappings", SPEC_OBJECTS, 0, AT(uid_mappings), &id_mapping },
	{ "gidMappings", SPEC_OBJECTS, 0, AT(gid_mappings), &id_mapping },
	{ "timeOffsets", SPEC_OBJECT, 0, 0, &time_offsets },
	{ "devices", SPEC_OBJECTS, 0, AT(devices), &device },
	{ "netDevices", SPEC_KEYED, 0, AT(net_devices), &net_device },
	{ "cgroupsPath", SPEC_STRING, 0, AT(cgroups_path) },
	{ "resources", SPEC_OBJECT, 0, AT(resources), &spec_shape_resources },
	{ "rootfsPropagation", SPEC_STRING, 0, AT(rootfs_propagation) },
	{ "seccomp", SPEC_OBJECT, 0, AT(seccomp), &spec_shape_seccomp },
	{ "sysctl", SPEC_MAP, 0, offsetof(struct spec, sysctl) },
	{ "maskedPaths", SPEC_STRINGS, 0, AT(masked_paths) },
	{ "readonlyPaths", SPEC_STRINGS, 0, AT(readonly_paths) },
	{ "mountLabel", SPEC_STRING, 0, AT(mount_label) },
	{ "memoryPolicy", SPEC_OBJECT, 0, AT(memory_policy), &memory_policy },
	{ "intelRdt", SPEC_OBJECT, 0, AT(intel_rdt), &intel_rdt },
	{ "personality", SPEC_OBJECT, 0, 0, &personality },
	{ 0 },
};
SHAPE(linux_top, spec);
#undef AT

static const struct spec_field config_fields[] = {
	{ "ociVersion", SPEC_STRING, SPEC_REQUIRED, offsetof(struct spec, oci_version) },
	{ "root", SPEC_OBJECT, 0, offsetof(struct spec, root), &root },
	{ "mounts", SPEC_OBJECTS, 0, offsetof(struct spec, mounts), &mount },
	{ "process", SPEC_OBJECT, 0, offsetof(struct spec, process), &spec_shape_process },
	{ "hostname", SPEC_STRING, 0, offsetof(struct spec, hostname) },
	{ "domainname", SPEC_STRING, 0, offsetof(struct spec, domainname) },
	{ "hooks", SPEC_OBJECT, 0, 0, &hooks },
	{ "annotations", SPEC_MAP, 0, offsetof(struct spec, annotations) },
	{ "linux", SPEC_OBJECT, 0, 0, &linux_top },
	{ 0 },
};
const struct spec_shape spec_shape_config = { config_fields, sizeof(struct spec), SPEC_NO_SET };
