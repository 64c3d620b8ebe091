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

struct map {
	const char *file, *helper, *why;
	const struct spec_id_mappings *ids;
	uint32_t own; /* the caller's id, which he may map himself */
};

/* user_namespaces(7): without privileges it is one id, the writer's own. */
static bool needs_helper(const struct map *m)
{
	const struct spec_id_mapping *first = &m->ids->items[0];

	return geteuid() != 0 && (m->ids->count > 1 || first->size != 1 || first->host_id != m->own);
}

static int write_map(int proc_pid, pid_t pid, const struct map *m)
{
	bool helped = needs_helper(m);
	autobuf text = BUF_INIT;
	char shown[64];

	snprintf(shown, sizeof shown, "/proc/%d/%s", pid, m->file);
	for (size_t i = 0; i < m->ids->count; i++) {
		const struct spec_id_mapping *one = &m->ids->items[i];

		buf_add_format(&text, helped ? "%s%u %u %u" : "%s%u %u %u\n", helped && i ? " " : "", one->container_id,
			       one->host_id, one->size);
	}
	return helped ? sys_map_ids(m->why, m->helper, pid, text.data) : sys_write(m->why, proc_pid, m->file, shown, text.data);
}

int userns_write_maps(int proc_pid, pid_t pid, const struct spec_id_mappings *uids, const struct spec_id_mappings *gids,
		      bool explained)
{
	const struct map users = { "uid_map", "newuidmap", explained ? "linux.uidMappings" : "", uids, geteuid() };
	const struct map groups = { "gid_map", "newgidmap", explained ? "linux.gidMappings" : "", gids, getegid() };
	char shown[64];
	int r = 0;

	if (uids->count) {
		r = write_map(proc_pid, pid, &users);
		if (r < 0)
			return r;
	}
	if (gids->count) {
		if (geteuid() != 0 && !needs_helper(&groups)) {
			snprintf(shown, sizeof shown, "/proc/%d/setgroups", pid);
			r = sys_write("an unprivileged user may not drop groups", proc_pid, "setgroups", shown, "deny");
			if (r < 0)
				return r;
		}
		r = write_map(proc_pid, pid, &groups);
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
