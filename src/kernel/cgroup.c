/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "kernel/step.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ATTACHED_MAX 64 /* BPF_CGROUP_MAX_PROGS */

static int bpf(int command, union bpf_attr *attr)
{
	int r = (int)syscall(SYS_bpf, command, attr, sizeof *attr);

	return r < 0 ? -errno : r;
}

static int load(const struct bpf_insn *program, size_t count)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)program;
	attr.insn_cnt = (uint32_t)count;
	attr.license = (uint64_t)(uintptr_t) "Apache-2.0";
	strcpy(attr.prog_name, "hoy_devices");
	return bpf(BPF_PROG_LOAD, &attr);
}

static int attach(int cgroup, int program)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	return bpf(BPF_PROG_ATTACH, &attr);
}

/* The identifiers of the programs attached to @cgroup itself. */
static uint32_t query(int cgroup, uint32_t ids[ATTACHED_MAX])
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.query.target_fd = (uint32_t)cgroup;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
	attr.query.prog_cnt = ATTACHED_MAX;
	return bpf(BPF_PROG_QUERY, &attr) < 0 ? 0 : attr.query.prog_cnt;
}

static int detach(int cgroup, uint32_t id)
{
	union bpf_attr attr;
	autofd int program = -1;

	memset(&attr, 0, sizeof attr);
	attr.prog_id = id;
	program = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (program < 0)
		return program;
	memset(&attr, 0, sizeof attr);
	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return bpf(BPF_PROG_DETACH, &attr);
}

int sys_device_filter(const char *why, int cgroup, const char *shown, const struct bpf_insn *program, size_t count,
		      const char *rules)
{
	uint32_t before[ATTACHED_MAX], old = 0;
	struct step step;
	int r = step_begin(&step, "bpf", why);

	if (step_heard())
		step_say(&step, "# bpf: device program of %zu instructions on %s: %s", count, shown, rules);
	if (r == 0) {
		autofd int fd = load(program, count);

		r = fd < 0 ? fd : 0;
		if (r == 0) {
			old = query(cgroup, before);
			r = attach(cgroup, fd);
		}
		for (uint32_t i = 0; r == 0 && i < old; i++)
			r = detach(cgroup, before[i]);
	}
	return step_end(&step, r, "attach the device program to %s", shown);
}
