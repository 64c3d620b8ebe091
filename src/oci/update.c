/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "oci/command.h"
#include "runtime/cgroup.h"
#include "runtime/intel_rdt.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define RESOURCES_MAX (1 << 20)

struct update_flags {
	const char *resources, *l3_cache, *mem_bw;
	struct spec_resources changed;
};

static int take_i64(struct opt_i64 *ret, const char *value)
{
	ret->set = true;
	return number_i64(value, &ret->value) < 0 ? fail(-EINVAL, "it is no whole number") : 0;
}

static int take_u64(struct opt_u64 *ret, const char *value)
{
	ret->set = true;
	return number_u64(value, &ret->value) < 0 ? fail(-EINVAL, "it is no whole number of 0 or more") : 0;
}

static int take_size(struct opt_i64 *ret, const char *value)
{
	ret->set = true;
	return number_size(value, 1, &ret->value) < 0 ? fail(-EINVAL, "it is no size") : 0;
}

static int take_text(char **ret, const char *value)
{
	xreplace(ret, value);
	return 0;
}

/* One function an option: which member it changes, and how its value is read. */
#define TAKES(name, how, member)                                                    \
	static int take_##name(void *flags, const char *value)                      \
	{                                                                           \
		return how(&((struct update_flags *)flags)->changed.member, value); \
	}
TAKES(blkio_weight, take_u64, block_io.weight)
TAKES(cpu_period, take_u64, cpu.period)
TAKES(cpu_quota, take_i64, cpu.quota)
TAKES(cpu_burst, take_u64, cpu.burst)
TAKES(cpu_share, take_u64, cpu.shares)
TAKES(cpu_rt_period, take_u64, cpu.realtime_period)
TAKES(cpu_rt_runtime, take_i64, cpu.realtime_runtime)
TAKES(cpuset_cpus, take_text, cpu.cpus)
TAKES(cpuset_mems, take_text, cpu.mems)
TAKES(cpu_idle, take_i64, cpu.idle)
TAKES(kernel_memory, take_size, memory.kernel)
TAKES(kernel_memory_tcp, take_size, memory.kernel_tcp)
TAKES(memory, take_size, memory.limit)
TAKES(memory_reservation, take_size, memory.reservation)
TAKES(memory_swap, take_size, memory.swap)
TAKES(pids_limit, take_i64, pids_limit)

#define ROW(option, name, text)                                                               \
	{                                                                                     \
		0, option, OPTION_CALL, .metavar = "value", .help = text, .call = take_##name \
	}
static const struct option options[] = {
	{ 'r', "resources", OPTION_STRING, offsetof(struct update_flags, resources), "value",
	  "path to the file containing the resources to update or '-' to read from the standard input" },
	ROW("blkio-weight", blkio_weight, "Specifies per cgroup weight, range is from 10 to 1000"),
	ROW("cpu-period", cpu_period, "CPU CFS period to be used for hardcapping (in usecs). 0 to use system default"),
	ROW("cpu-quota", cpu_quota, "CPU CFS hardcap limit (in usecs). Allowed cpu time in a given period"),
	ROW("cpu-burst", cpu_burst, "CPU CFS hardcap burst limit (in usecs). Allowed accumulated cpu time additionally for burst"),
	ROW("cpu-share", cpu_share, "CPU shares (relative weight vs. other containers)"),
	ROW("cpu-rt-period", cpu_rt_period, "CPU realtime period to be used for hardcapping (in usecs)"),
	ROW("cpu-rt-runtime", cpu_rt_runtime, "CPU realtime hardcap limit (in usecs)"),
	ROW("cpuset-cpus", cpuset_cpus, "CPU(s) to use"),
	ROW("cpuset-mems", cpuset_mems, "Memory node(s) to use"),
	ROW("cpu-idle", cpu_idle, "set cgroup SCHED_IDLE or not, 0: default behavior, 1: SCHED_IDLE"),
	ROW("kernel-memory", kernel_memory, "(obsoleted; do not use)"),
	ROW("kernel-memory-tcp", kernel_memory_tcp, "Kernel memory limit (in bytes) for TCP buffer"),
	ROW("memory", memory, "Memory limit (in bytes)"),
	ROW("memory-reservation", memory_reservation, "Memory reservation or soft_limit (in bytes)"),
	ROW("memory-swap", memory_swap, "Total memory usage (memory + swap); set '-1' to enable unlimited swap"),
	ROW("pids-limit", pids_limit, "Maximum number of pids allowed in the container"),
	{ 0, "l3-cache-schema", OPTION_STRING, offsetof(struct update_flags, l3_cache), "value",
	  "The string of Intel RDT/CAT L3 cache schema" },
	{ 0, "mem-bw-schema", OPTION_STRING, offsetof(struct update_flags, mem_bw), "value",
	  "The string of Intel RDT/MBA memory bandwidth schema" },
	OPTIONS_END,
};

/* linux.resources as JSON, from a file or stdin. */
static int read_resources(const char *path, struct spec_resources *ret)
{
	autojson struct json_object *o = NULL;
	autobuf text = BUF_INIT;
	int r;

	if (strcmp(path, "-") == 0)
		r = file_read_fd(STDIN_FILENO, "standard input", RESOURCES_MAX, &text);
	else
		r = file_read_any(path, RESOURCES_MAX, &text);
	if (r == 0)
		r = json_parse(text.data, text.len, path, &o);
	return r < 0 ? r : spec_parse_resources(o, ret);
}

static int update(const struct state_file *state, const struct spec_resources *changed)
{
	struct cgroup *cgroup = NULL;
	int r;

	if (state_file_status(state) == STATE_STOPPED)
		return fail(-EINVAL, "container not running: %s", state->id);
	r = state_file_cgroup(state, &cgroup);
	if (r == 0 && !cgroup)
		r = fail(-ENOTSUP, "update %s: it has no cgroup", state->id);
	if (r == 0)
		r = cgroup_update(cgroup, changed);
	cgroup_free(&cgroup);
	return r;
}

static int update_rdt(const struct state_file *state, int dir, const struct update_flags *flags)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	autocall(spec_release) struct spec spec = { 0 };
	const char *root;
	int r = state_file_config(dir, &spec);

	if (r == 0 && !spec.linux_.intel_rdt.set)
		r = fail(-ENOTSUP, "update %s: it was created without linux.intelRdt", state->id);
	if (r == 0)
		r = intel_rdt_root(&root);
	if (r < 0)
		return r;
	intel_rdt_plan(&spec.linux_.intel_rdt, root, state->id, &rdt);
	return intel_rdt_update(&rdt, flags->l3_cache, flags->mem_bw);
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(state_file_release) struct state_file state = { 0 };
	struct update_flags *flags = data;
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);

	/* as runc: a file is the whole answer, the options count without one */
	if (r == 0 && flags->resources) {
		spec_resources_release(&flags->changed);
		r = read_resources(flags->resources, &flags->changed);
	}
	if (r == 0)
		r = update(&state, &flags->changed);
	if (r == 0 && (flags->l3_cache || flags->mem_bw))
		r = update_rdt(&state, dir, flags);
	spec_resources_release(&flags->changed);
	return r;
}

const struct oci_command oci_update = {
	.name = "update",
	.usage = "[command options] <container-id>",
	.summary = "update container resource constraints",
	.options = options,
	.options_size = sizeof(struct update_flags),
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = run,
};
