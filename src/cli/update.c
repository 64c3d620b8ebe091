/* SPDX-License-Identifier: Apache-2.0 */
#include "container/update.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/resources.h"
#include "container/restart.h"

#include <errno.h>
#include <stddef.h>

static int check_restart(const char *value)
{
	struct restart_policy unused;

	return restart_parse(value, &unused);
}

#define TAKES(member) offsetof(struct run_options, member)
static const struct option update_table[] = {
	{ 0, "blkio-weight", OPTION_INT, TAKES(blkio_weight), "uint16", "Share of block I/O, from 10 to 1000" },
	{ 0, "cpu-period", OPTION_INT, TAKES(cpu_period), "int", "Period of the CPU quota, in microseconds" },
	{ 0, "cpu-quota", OPTION_INT, TAKES(cpu_quota), "int", "CPU time in each period, in microseconds" },
	{ 0, "cpu-rt-period", OPTION_INT, TAKES(cpu_rt_period), "int", "Period of real-time scheduling, in microseconds" },
	{ 0, "cpu-rt-runtime", OPTION_INT, TAKES(cpu_rt_runtime), "int", "Real-time CPU time in each period, in microseconds" },
	{ 'c', "cpu-shares", OPTION_INT, TAKES(cpu_shares), "int", "Share of CPU time relative to other containers" },
	{ 0, "cpus", OPTION_STRING, TAKES(cpus), "decimal", "How many CPUs it may use, such as 0.5" },
	{ 0, "cpuset-cpus", OPTION_STRING, TAKES(cpuset_cpus), "string", "CPUs it may use, such as 0-3 or 0,1" },
	{ 0, "cpuset-mems", OPTION_STRING, TAKES(cpuset_mems), "string", "Memory nodes it may use, such as 0-3 or 0,1" },
	{ 0, "kernel-memory", OPTION_SIZE, TAKES(kernel_memory), "bytes", "Limit of kernel memory; no kernel has it any more",
	  .hidden = true },
	{ 'm', "memory", OPTION_SIZE, TAKES(memory), "bytes", "Limit of memory, such as 100m" },
	{ 0, "memory-reservation", OPTION_SIZE, TAKES(memory_reservation), "bytes", "What it should be left when memory is short" },
	{ 0, "memory-swap", OPTION_SIZE_MAX, TAKES(memory_swap), "bytes",
	  "Limit of memory and swap together; -1 for unlimited swap" },
	{ 0, "pids-limit", OPTION_INT, TAKES(pids_limit), "int", "Limit of processes and threads; -1 for unlimited" },
	{ 0, "restart", OPTION_STRING, TAKES(restart), "string", "Restart policy: no, on-failure[:N], always, unless-stopped",
	  .check = check_restart, .complete = "no on-failure always unless-stopped" },
	OPTIONS_END,
};

static int update_one(struct handle *h, void *data)
{
	return container_update(h, data);
}

static int update_run(const struct cli *cli, void *data)
{
	resources_warn(data);
	return each_container(cli, "update", true, update_one, data);
}

const struct command command_update = {
	.name = "update",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Update configuration of one or more containers",
	.manual =
		"Changes the limits of containers, running or not, and what happens when they end. What is not named stays as it is.\n"
		"\n"
		"Memory can only be lowered to what can be freed; where the kernel refuses a value, all limits are as before.\n",
	.options = update_table,
	.options_size = sizeof(struct run_options),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = update_run,
	.complete = "container",
};
