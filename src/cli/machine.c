/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/machine.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "runtime/cgroup_layout.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#define OS_RELEASE_MAX (64 << 10)
#define XFS_MAGIC      0x58465342

/* One of os-release(5), or @otherwise. Caller frees. */
static char *os_release(const char *key, const char *otherwise)
{
	autobuf text = BUF_INIT;
	size_t size = strlen(key);

	if (file_read(AT_FDCWD, "/etc/os-release", OS_RELEASE_MAX, &text) < 0)
		error_clear();
	for (const char *line = text.data; line && *line; line = strchr(line, '\n'), line += line ? 1 : 0)
		if (strncmp(line, key, size) == 0 && line[size] == '=') {
			line += size + 1;
			line += *line == '"';
			return xstrndup(line, strcspn(line, "\"\n"));
		}
	return xstrdup(otherwise);
}

/* A file with one digit. */
static bool is_on(const char *path)
{
	autofree char *line = NULL;

	if (file_read_line(AT_FDCWD, path, &line) < 0)
		error_clear();
	return line && strcmp(line, "0") != 0 && strcmp(line, "N") != 0;
}

/* Which limits the cgroups of this machine have: the controllers that are mounted, and files of some of them. */
struct limits {
	uint32_t controllers;
	bool pure, swap, oom_control;
};

static struct limits read_limits(void)
{
	struct cgroup_layout layout = { 0 };
	struct limits l = { 0 };

	if (cgroup_layout_find(true, &layout) < 0) {
		error_clear();
		return l;
	}
	l.pure = layout.pure;
	for (size_t i = 0; i < layout.count; i++) {
		const struct cgroup_hierarchy *h = &layout.items[i];
		autofree char *own = cgroup_hierarchy_place(h, ".");
		autofree char *list = xasprintf("%s/cgroup.controllers", h->mount), *names = NULL;

		l.controllers |= h->controllers;
		if (h->v2 && file_read_line(AT_FDCWD, list, &names) == 0)
			l.controllers |= cgroup_controllers_parse(names);
		if (!h->v2 && (h->controllers & CGROUP_BIT(CGROUP_MEMORY))) {
			autofree char *swap = xasprintf("%s/memory.memsw.limit_in_bytes", h->mount);
			autofree char *oom = xasprintf("%s/memory.oom_control", h->mount);

			l.swap = access(swap, F_OK) == 0;
			l.oom_control = access(oom, F_OK) == 0;
		} else if (h->v2 && l.pure) {
			/* the root has no such file: the cgroup that hoy itself is in has one */
			autofree char *swap = xasprintf("%s/memory.swap.max", own ? own : h->mount);

			l.swap = access(swap, F_OK) == 0;
		}
	}
	error_clear();
	cgroup_layout_release(&layout);
	return l;
}

static void put_limits(struct json_writer *w)
{
	struct limits l = read_limits();
	bool cpu = l.controllers & CGROUP_BIT(CGROUP_CPU);

	json_put_bool(w, "MemoryLimit", l.controllers & CGROUP_BIT(CGROUP_MEMORY));
	json_put_bool(w, "SwapLimit", l.swap);
	json_put_bool(w, "CpuCfsPeriod", cpu);
	json_put_bool(w, "CpuCfsQuota", cpu);
	json_put_bool(w, "CPUShares", cpu);
	json_put_bool(w, "CPUSet", l.controllers & CGROUP_BIT(CGROUP_CPUSET));
	json_put_bool(w, "PidsLimit", l.controllers & CGROUP_BIT(CGROUP_PIDS));
	json_put_bool(w, "OomKillDisable", l.oom_control);
	json_put_str(w, "CgroupDriver", "cgroupfs");
	json_put_str(w, "CgroupVersion", l.pure ? "2" : "1");
}

void machine_put_warnings(struct json_writer *w)
{
	struct limits l = read_limits();
	static const struct {
		enum cgroup_controller controller;
		const char *text;
	} wanted[] = {
		{ CGROUP_MEMORY, "WARNING: No memory limit support" },
		{ CGROUP_CPU, "WARNING: No cpu limit support" },
		{ CGROUP_CPUSET, "WARNING: No cpuset support" },
		{ CGROUP_PIDS, "WARNING: No pids limit support" },
		{ CGROUP_IO, "WARNING: No blkio support" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!(l.controllers & CGROUP_BIT(wanted[i].controller)))
			json_put_str(w, NULL, wanted[i].text);
	if ((l.controllers & CGROUP_BIT(CGROUP_MEMORY)) && !l.swap)
		json_put_str(w, NULL, "WARNING: No swap limit support");
	if (!is_on("/proc/sys/net/ipv4/ip_forward"))
		json_put_str(w, NULL, "WARNING: IPv4 forwarding is disabled");
}

static void put_security(struct json_writer *w)
{
	json_begin_array(w, "SecurityOptions");
	if (is_on("/sys/module/apparmor/parameters/enabled"))
		json_put_str(w, NULL, "name=apparmor");
	if (access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0)
		json_put_str(w, NULL, "name=seccomp,profile=builtin");
	if (access("/sys/fs/selinux/enforce", F_OK) == 0)
		json_put_str(w, NULL, "name=selinux");
	if (access("/proc/self/ns/cgroup", F_OK) == 0)
		json_put_str(w, NULL, "name=cgroupns");
	json_end_array(w);
}

void machine_put(struct json_writer *w)
{
	autofree char *name = os_release("PRETTY_NAME", "Linux"), *version = os_release("VERSION_ID", "");
	struct utsname kernel = { 0 };
	struct sysinfo memory = { 0 };
	char now[CLOCK_TEXT_MAX];

	(void)uname(&kernel);
	(void)sysinfo(&memory);
	put_limits(w);
	json_put_bool(w, "IPv4Forwarding", is_on("/proc/sys/net/ipv4/ip_forward"));
	json_put_str(w, "SystemTime", clock_format(clock_now(), now));
	json_put_str(w, "KernelVersion", kernel.release);
	json_put_str(w, "OperatingSystem", name);
	json_put_str(w, "OSVersion", version);
	json_put_str(w, "OSType", "linux");
	json_put_str(w, "Architecture", kernel.machine);
	json_put_i64(w, "NCPU", sysconf(_SC_NPROCESSORS_ONLN));
	json_put_i64(w, "MemTotal", (int64_t)memory.totalram * memory.mem_unit);
	json_put_str(w, "Name", kernel.nodename);
	put_security(w);
}

const char *machine_filesystem(const char *path)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} kinds[] = {
		{ EXT4_SUPER_MAGIC, "extfs" },
		{ XFS_MAGIC, "xfs" },
		{ BTRFS_SUPER_MAGIC, "btrfs" },
		{ TMPFS_MAGIC, "tmpfs" },
		{ OVERLAYFS_SUPER_MAGIC, "overlayfs" },
		{ F2FS_SUPER_MAGIC, "f2fs" },
		{ NFS_SUPER_MAGIC, "nfs" },
	};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return "<unknown>";
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if ((uint32_t)fs.f_type == kinds[i].magic)
			return kinds[i].name;
	return "<unknown>";
}
