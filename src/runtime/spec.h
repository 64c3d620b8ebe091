/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config.json as structs: the readable copy of the OCI runtime specification 1.3.0 for Linux. Field names are the
 * standard's, in C's spelling; comments give the meaning and, where the standard says one, the rule. spec_parse.c fills
 * it from JSON (spec_read.c: from its text), container/spec.c from an image and options, spec_write.c turns it back into JSON,
 * spec_check.c says what cannot work before anything is done.
 *
 * Everything in a spec is owned by it and freed by spec_release. A zeroed struct spec is a valid empty one. Numbers that
 * may be absent are `opt_` types; strings that may be absent are NULL.
 */
#include "base/strv.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct opt_i64 {
	bool set;
	int64_t value;
};

struct opt_u64 {
	bool set;
	uint64_t value;
};

struct opt_bool {
	bool set;
	bool value;
};

/* A list of T: `struct spec_mounts { struct spec_mount *items; size_t count; }` */
#define SPEC_LIST(name, type)       \
	struct name {               \
		struct type *items; \
		size_t count;       \
	}

/* ---- process ---------------------------------------------------------------------------------------------------- */

struct spec_rlimit {
	char *type; /* "RLIMIT_NOFILE" */
	uint64_t hard, soft;
};
SPEC_LIST(spec_rlimits, spec_rlimit);

/* Capability sets as bit masks: bit n is capability n of linux/capability.h. */
struct spec_capabilities {
	bool set; /* absent: the process keeps none */
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct spec_user {
	uint32_t uid, gid;
	struct opt_u64 umask;
	uint32_t *additional_gids;
	size_t additional_gid_count;
};

struct spec_scheduler { /* sched_setattr(2) */
	bool set;
	char *policy; /* SCHED_OTHER, SCHED_FIFO, … */
	int32_t nice, priority;
	struct strv flags;
	uint64_t runtime, deadline, period; /* nanoseconds, for SCHED_DEADLINE */
};

struct spec_io_priority { /* ioprio_set(2) */
	bool set;
	char *class; /* IOPRIO_CLASS_RT, _BE, _IDLE */
	int32_t priority;
};

struct spec_process {
	bool set; /* absent until start, as the standard allows */
	bool terminal;
	uint32_t console_height, console_width; /* 0: leave as they are */
	struct spec_user user;
	struct strv args; /* execvp semantics: args[0] is looked up in the PATH of env */
	struct strv env;
	char *cwd; /* absolute */
	struct spec_capabilities capabilities;
	struct spec_rlimits rlimits;
	bool no_new_privileges;
	char *apparmor_profile, *selinux_label;
	struct opt_i64 oom_score_adj;
	struct spec_scheduler scheduler;
	struct spec_io_priority io_priority;
	char *affinity_initial, *affinity_final; /* execCPUAffinity (1.2.1): CPU lists for exec, before and after the cgroup */
};

/* ---- file systems ----------------------------------------------------------------------------------------------- */

struct spec_id_mapping {
	uint32_t container_id, host_id, size;
};
SPEC_LIST(spec_id_mappings, spec_id_mapping);

struct spec_mount {
	char *destination; /* in the container; relative ones (1.2) count from "/" */
	char *type;        /* "bind", "tmpfs", …; NULL: none */
	char *source;
	struct strv options; /* as mount(8), and the standard's own: rbind, rro, idmap, tmpcopyup, … */
	struct spec_id_mappings uid_mappings, gid_mappings; /* for idmapped mounts */
};
SPEC_LIST(spec_mounts, spec_mount);

/*
 * hoy's own, not in config.json: the engine's root filesystem. Mounted as overlay on root.path inside the container's
 * mount namespace, so that it vanishes with the last process.
 */
struct spec_overlay {
	struct strv lower; /* absolute directories, lowest first; empty: root.path is used as it is */
	char *upper, *work;
};

struct spec_root {
	char *path; /* absolute, or relative to the bundle */
	bool readonly;
	struct spec_id_mappings uid_mappings, gid_mappings; /* hoy's own: owners shown as others (--rootfs DIR:idmap=…) */
	struct spec_overlay overlay;
};

/* ---- linux ------------------------------------------------------------------------------------------------------ */

enum spec_namespace_type { /* in the order of setns(2) when joining: see runtime/namespace.c */
			   SPEC_NS_USER,
			   SPEC_NS_CGROUP,
			   SPEC_NS_IPC,
			   SPEC_NS_UTS,
			   SPEC_NS_NETWORK,
			   SPEC_NS_PID,
			   SPEC_NS_MOUNT,
			   SPEC_NS_TIME,
			   SPEC_NS_COUNT,
};

struct spec_namespace {
	bool set;   /* absent: the runtime's own is inherited */
	char *path; /* NULL: a new one; else the one to join */
};

struct spec_time_offset {
	bool set;
	int64_t secs;
	uint32_t nanosecs;
};

struct spec_device {
	char *path;
	char type; /* 'c', 'b', 'u', 'p' */
	int64_t major, minor;
	struct opt_u64 file_mode;
	struct opt_u64 uid, gid;
};
SPEC_LIST(spec_devices, spec_device);

struct spec_net_device { /* 1.3: a host interface that moves into the container */
	char *host_name;
	char *name; /* in the container; NULL: keeps its name */
};
SPEC_LIST(spec_net_devices, spec_net_device);

struct spec_pair {
	char *key, *value;
};
SPEC_LIST(spec_pairs, spec_pair); /* sysctl, annotations, cgroup unified */

struct spec_device_rule {
	bool allow;
	char type;                   /* 'a', 'c', 'b' */
	struct opt_i64 major, minor; /* unset: all */
	char access[4];              /* of "rwm"; "" is all */
};
SPEC_LIST(spec_device_rules, spec_device_rule);

struct spec_memory {
	struct opt_i64 limit, reservation, swap, kernel, kernel_tcp; /* bytes; -1 is unlimited; swap is memory+swap */
	struct opt_u64 swappiness;
	struct opt_bool disable_oom_killer;
	struct opt_bool use_hierarchy, check_before_update;
};

struct spec_cpu {
	struct opt_u64 shares;
	struct opt_i64 quota; /* microseconds a period; -1 is unlimited */
	struct opt_u64 burst, period;
	struct opt_i64 realtime_runtime;
	struct opt_u64 realtime_period;
	char *cpus, *mems; /* lists as 0-3,7 */
	struct opt_i64 idle;
};

struct spec_weight_device {
	int64_t major, minor;
	struct opt_u64 weight, leaf_weight;
};
SPEC_LIST(spec_weight_devices, spec_weight_device);

struct spec_throttle_device {
	int64_t major, minor;
	uint64_t rate;
};
SPEC_LIST(spec_throttle_devices, spec_throttle_device);

struct spec_block_io {
	struct opt_u64 weight, leaf_weight;
	struct spec_weight_devices weight_devices;
	struct spec_throttle_devices read_bps, write_bps, read_iops, write_iops;
};

struct spec_hugepage_limit {
	char *page_size; /* "2MB" */
	uint64_t limit;
};
SPEC_LIST(spec_hugepage_limits, spec_hugepage_limit);

struct spec_interface_priority {
	char *name;
	uint32_t priority;
};
SPEC_LIST(spec_interface_priorities, spec_interface_priority);

struct spec_network_class {
	struct opt_u64 class_id;
	struct spec_interface_priorities priorities;
};

struct spec_rdma_limit {
	char *device;
	struct opt_u64 hca_handles, hca_objects;
};
SPEC_LIST(spec_rdma_limits, spec_rdma_limit);

struct spec_resources {
	struct spec_device_rules devices; /* later rules win */
	struct spec_memory memory;
	struct spec_cpu cpu;
	struct opt_i64 pids_limit; /* negative: unlimited */
	struct spec_block_io block_io;
	struct spec_hugepage_limits hugepages;
	struct spec_network_class network;
	struct spec_rdma_limits rdma;
	struct spec_pairs unified; /* cgroup v2 files and what to write in them */
};

struct spec_seccomp_arg {
	uint32_t index;
	uint64_t value, value_two;
	char *op; /* SCMP_CMP_* */
};
SPEC_LIST(spec_seccomp_args, spec_seccomp_arg);

struct spec_seccomp_rule {
	struct strv names;
	char *action; /* SCMP_ACT_* */
	struct opt_u64 errno_ret;
	struct spec_seccomp_args args;
};
SPEC_LIST(spec_seccomp_rules, spec_seccomp_rule);

struct spec_seccomp {
	bool set;
	char *default_action;
	struct opt_u64 default_errno_ret;
	struct strv architectures; /* SCMP_ARCH_* */
	struct strv flags;         /* SECCOMP_FILTER_FLAG_* */
	char *listener_path, *listener_metadata;
	struct spec_seccomp_rules rules;
	/*
	 * As config.json has it, when it was not read yet: then all of the above but @set is empty. Most of a config.json is its
	 * filter, and a filter that is in the cache of seccomp_program_load is not looked into.
	 */
	char *text;
};

struct spec_memory_policy { /* 1.3: set_mempolicy(2) */
	bool set;
	char *mode; /* MPOL_* */
	char *nodes;
	struct strv flags;
};

struct spec_intel_rdt {
	bool set;
	char *clos_id, *l3_cache_schema, *mem_bw_schema;
	struct strv schemata; /* 1.3 */
	bool enable_monitoring;
};

struct spec_linux {
	struct spec_namespace namespaces[SPEC_NS_COUNT];
	struct spec_id_mappings uid_mappings, gid_mappings;
	struct spec_time_offset monotonic, boottime;
	struct spec_devices devices;
	struct spec_net_devices net_devices;
	char *cgroups_path;
	struct spec_resources resources;
	char *rootfs_propagation; /* shared, slave, private, unbindable */
	struct spec_seccomp seccomp;
	struct strv masked_paths, readonly_paths;
	char *mount_label;
	struct spec_memory_policy memory_policy;
	struct spec_intel_rdt intel_rdt;
	char *personality; /* LINUX or LINUX32 */
	struct strv personality_flags;
};

/* ---- the rest --------------------------------------------------------------------------------------------------- */

struct spec_hook {
	char *path; /* absolute, on the host for the runtime's hooks, in the container for startContainer */
	struct strv args, env;
	struct opt_i64 timeout; /* seconds */
};
SPEC_LIST(spec_hook_list, spec_hook);

enum spec_hook_kind {
	SPEC_HOOK_PRESTART,
	SPEC_HOOK_CREATE_RUNTIME,
	SPEC_HOOK_CREATE_CONTAINER,
	SPEC_HOOK_START_CONTAINER,
	SPEC_HOOK_POSTSTART,
	SPEC_HOOK_POSTSTOP,
	SPEC_HOOK_COUNT
};

struct spec {
	char *oci_version;
	struct spec_root root;
	struct spec_mounts mounts; /* in the order they are made */
	struct spec_process process;
	char *hostname, *domainname;
	struct spec_hook_list hooks[SPEC_HOOK_COUNT];
	struct spec_pairs annotations;
	struct spec_pairs sysctl; /* linux.sysctl */
	struct spec_linux linux_;
};

void spec_release(struct spec *spec);
/* Room for one more at the end of a SPEC_LIST, zeroed: `struct spec_mount *m = spec_grow(&spec->mounts);` */
#define spec_grow(list) ((__typeof__((list)->items))spec_grow_items((void **)&(list)->items, &(list)->count, sizeof *(list)->items))
void *spec_grow_items(void **items, size_t *count, size_t size);

#define SPEC_TEXT_MAX (16 << 20) /* a config.json, or part of one */

struct json_object;
struct buf;
/*
 * Fills a zeroed @ret from a parsed config.json. Unknown members are ignored as the standard asks; a member of the wrong
 * type or an invalid value is -EINVAL with words that name the property ("linux.resources.memory.limit: …").
 */
int spec_parse(struct json_object *config, struct spec *ret);
/* The same from the text of a config.json, whose linux.seccomp stays text. @name is for the words. */
int spec_read(const char *text, size_t len, const char *name, struct spec *ret);
/* The same from a file; -ENOENT without words when it is missing. */
int spec_read_file(int dirfd, const char *path, struct spec *ret);
/* What a spec_seccomp has as text. Fills a zeroed @ret, and checks it as spec_check does. */
int spec_read_seccomp(const char *text, struct spec_seccomp *ret);
/* Only process, for `exec --process FILE`. */
int spec_parse_process(struct json_object *process, struct spec_process *ret);
/* Only linux.seccomp. */
int spec_parse_seccomp(struct json_object *seccomp, struct spec_seccomp *ret);
/* Only linux.resources, for `update --resources FILE`. */
int spec_parse_resources(struct json_object *resources, struct spec_resources *ret);
void spec_process_release(struct spec_process *process);
void spec_resources_release(struct spec_resources *resources);
void spec_seccomp_release(struct spec_seccomp *seccomp);
/* config.json, indented; what spec_parse reads back to the same spec (but for hoy's own overlay). */
void spec_write(const struct spec *spec, struct buf *out);
/* What cannot work here, said before anything is done: -EINVAL (or -ENOSYS, …) with words that name the property. */
int spec_check(const struct spec *spec);
int spec_check_seccomp(const struct spec_seccomp *seccomp);
