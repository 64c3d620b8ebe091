/* SPDX-License-Identifier: Apache-2.0 */
#include "container/spec_default.h"

#include "base/memory.h"
#include "base/path.h"
#include "container/device.h"
#include "container/mount_point.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHM_SIZE (INT64_C(64) << 20)

static const struct {
	const char *destination, *type, *source;
	const char *options[6];
	const char *when_plain; /* one more option unless privileged */
} default_mounts[] = {
	{ "/proc", "proc", "proc", { "nosuid", "noexec", "nodev" } },
	{ "/dev", "tmpfs", "tmpfs", { "nosuid", "strictatime", "mode=755", "size=65536k" } },
	{ "/dev/pts", "devpts", "devpts", { "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5" } },
	{ "/sys", "sysfs", "sysfs", { "nosuid", "noexec", "nodev" }, "ro" },
	{ "/sys/fs/cgroup", "cgroup", "cgroup", { "nosuid", "noexec", "nodev" }, "ro" },
	{ "/dev/mqueue", "mqueue", "mqueue", { "nosuid", "noexec", "nodev" } },
};

/*
 * Docker's lists (moby daemon/pkg/oci/defaults.go as of 2026). /proc/interrupts and the two below /sys/devices tell how
 * busy the machine is, finely enough to read keystrokes and keys (GO-2023-2412, GHSA-6fw5-f8r9-fgfm).
 */
static const char *const masked_paths[] = {
	"/proc/acpi",        "/proc/asound",        "/proc/interrupts", "/proc/kcore",
	"/proc/keys",        "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
	"/proc/sched_debug", "/proc/scsi",          "/sys/firmware",    "/sys/devices/virtual/powercap",
};

static const char *const readonly_paths[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" };

static const struct {
	char type;
	int16_t major, minor; /* -1: all */
	const char *access;
} allowed_devices[] = {
	{ 'c', -1, -1, "m" },                          /* any node may be made: using it is another matter */
	{ 'b', -1, -1, "m" },    { 'c', 1, 3, "rwm" }, /* null */
	{ 'c', 1, 5, "rwm" },                          /* zero */
	{ 'c', 1, 7, "rwm" },                          /* full */
	{ 'c', 1, 8, "rwm" },                          /* random */
	{ 'c', 1, 9, "rwm" },                          /* urandom */
	{ 'c', 5, 0, "rwm" },                          /* tty */
	{ 'c', 5, 1, "rwm" },                          /* console */
	{ 'c', 5, 2, "rwm" },                          /* ptmx */
	{ 'c', 136, -1, "rwm" },                       /* pts */
};

/* The user mounts something at @destination or above it. */
static bool is_replaced(const char *destination, const struct spec_mounts *user)
{
	for (size_t i = 0; i < user->count; i++)
		if (path_is_below(destination, user->items[i].destination))
			return true;
	return false;
}

static void add_shm(const struct default_mounts *d, struct spec_mounts *mounts)
{
	static const char *const bind[] = { "rbind", "rprivate", NULL };
	char size[32];
	const char *own[] = { "nosuid", "noexec", "nodev", "mode=1777", size, NULL };

	snprintf(size, sizeof size, "size=%" PRId64, d->shm_size > 0 ? d->shm_size : SHM_SIZE);
	if (!d->shm)
		mounts_add(mounts, "tmpfs", "shm", "/dev/shm", own);
	else if (d->shm[0])
		mounts_add(mounts, "bind", d->shm, "/dev/shm", bind);
}

void spec_default_mounts(const struct default_mounts *d, const struct spec_mounts *user, struct spec_mounts *mounts)
{
	for (size_t i = 0; i < ARRAY_SIZE(default_mounts); i++) {
		bool cgroup = strcmp(default_mounts[i].type, "cgroup") == 0;
		const char *options[8] = { NULL };
		size_t n = 0;

		if (is_replaced(default_mounts[i].destination, user))
			continue;
		while (n < ARRAY_SIZE(default_mounts[i].options) && default_mounts[i].options[n]) {
			options[n] = default_mounts[i].options[n];
			n++;
		}
		if (!d->privileged && !(cgroup && d->cgroup_rw))
			options[n] = default_mounts[i].when_plain;
		mounts_add(mounts, default_mounts[i].type, default_mounts[i].source, default_mounts[i].destination, options);
	}
	if (!is_replaced("/dev/shm", user))
		add_shm(d, mounts);
}

void spec_default_paths(struct strv *masked, struct strv *readonly)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	for (size_t i = 0; i < ARRAY_SIZE(masked_paths); i++)
		strv_add(masked, masked_paths[i]);
	for (long i = 0; i < cpus; i++) {
		autofree char *path = xasprintf("/sys/devices/system/cpu/cpu%ld/thermal_throttle", i);

		if (access(path, F_OK) ==
		    0) /* the container's sysfs is this machine's: where it is missing, it is missing inside */
			strv_add(masked, path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(readonly_paths); i++)
		strv_add(readonly, readonly_paths[i]);
}

void spec_default_device_rules(struct spec_device_rules *rules)
{
	device_rule_add(rules, false, 'a', -1, -1, "rwm");
	for (size_t i = 0; i < ARRAY_SIZE(allowed_devices); i++)
		device_rule_add(rules, true, allowed_devices[i].type, allowed_devices[i].major, allowed_devices[i].minor,
				allowed_devices[i].access);
}
