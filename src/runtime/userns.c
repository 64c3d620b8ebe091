/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/userns.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/file.h"
#include "kernel/process.h"
#include "kernel/step.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static int write_map(int proc_pid, pid_t pid, const char *name, const char *why, const struct spec_id_mappings *map)
{
	autobuf text = BUF_INIT;
	char shown[64];

	snprintf(shown, sizeof shown, "/proc/%d/%s", pid, name);
	for (size_t i = 0; i < map->count; i++)
		buf_add_format(&text, "%u %u %u\n", map->items[i].container_id, map->items[i].host_id, map->items[i].size);
	return sys_write(why, proc_pid, name, shown, text.data);
}

int userns_write_maps(int proc_pid, pid_t pid, const struct spec_id_mappings *uids, const struct spec_id_mappings *gids,
		      bool explained)
{
	char shown[64];
	int r = 0;

	if (uids->count) {
		r = write_map(proc_pid, pid, "uid_map", explained ? "linux.uidMappings" : "", uids);
		if (r < 0)
			return r;
	}
	if (gids->count) {
		if (geteuid() != 0) {
			snprintf(shown, sizeof shown, "/proc/%d/setgroups", pid);
			r = sys_write("an unprivileged user may not drop groups", proc_pid, "setgroups", shown, "deny");
			if (r < 0)
				return r;
		}
		r = write_map(proc_pid, pid, "gid_map", explained ? "linux.gidMappings" : "", gids);
	}
	return r;
}

/* Root, or where root is not mapped the first who is. */
static uint32_t builder(const struct spec_id_mappings *map)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->items[i].container_id == 0)
			return 0;
	return map->count ? map->items[0].container_id : 0;
}

int userns_become_builder(const struct spec_id_mappings *uids, const struct spec_id_mappings *gids)
{
	int r = sys_setgid("root of the user namespace", builder(gids));

	return r < 0 ? r : sys_setuid("root of the user namespace", builder(uids));
}

int64_t userns_host_id(const struct spec_id_mappings *map, uint32_t id)
{
	for (size_t i = 0; i < map->count; i++)
		if (id >= map->items[i].container_id && id - map->items[i].container_id < map->items[i].size)
			return (int64_t)map->items[i].host_id + (id - map->items[i].container_id);
	return map->count ? -1 : (int64_t)id;
}
