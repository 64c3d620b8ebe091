/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount_idmap.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/file.h"
#include "kernel/process.h"
#include "runtime/init.h"
#include "runtime/mount_plan.h"
#include "runtime/pidfd.h"
#include "runtime/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A user namespace exists as long as a process or a descriptor has it: a child makes it, and is ended when we hold it. */
int mount_idmap_make(int proc, const struct spec_id_mappings *uids, const struct spec_id_mappings *gids, const char *shown)
{
	struct sys_clone how = { .namespaces = CLONE_NEWUSER, .cgroup = -1, .shown = "" };
	autofd int pidfd = -1, dir = -1, ns = -1;
	char path[64];
	pid_t pid, outer;
	int r = 0;

	if (!uids->count || !gids->count)
		return fail(-EINVAL, "mount %s: idmap needs uidMappings and gidMappings", shown);
	pid = sys_clone("a user namespace for the mount's mapping", &how, &pidfd);
	if (pid < 0)
		return pid;
	if (pid == 0)
		for (;;)
			pause();
	/* the procfs at hand is the host's, where our pid namespace's numbers mean other processes */
	outer = pidfd_pid(pidfd);
	r = outer < 0 ? outer : 0;
	snprintf(path, sizeof path, "%d", outer);
	if (r == 0)
		dir = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r == 0 && dir < 0)
		r = fail_errno("mount %s: idmap", shown);
	if (r == 0)
		r = userns_write_maps(dir, outer, uids, gids, false);
	if (r == 0) {
		ns = openat(dir, "ns/user", O_RDONLY | O_CLOEXEC);
		if (ns < 0)
			r = fail_errno("mount %s: idmap", shown);
	}
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r < 0 ? r : take_fd(&ns);
}

int mount_idmap_open(int proc, const struct spec *spec, const struct mount_entry *e)
{
	const struct spec_linux *l = &spec->linux_;

	return mount_idmap_make(proc, e->spec->uid_mappings.count ? &e->spec->uid_mappings : &l->uid_mappings,
				e->spec->gid_mappings.count ? &e->spec->gid_mappings : &l->gid_mappings, e->destination);
}

static void add_words(struct buf *out, char kind, const struct spec_id_mappings *map)
{
	for (size_t i = 0; i < map->count; i++)
		buf_add_format(out, "%s%c:%u:%u:%u", out->len ? " " : "", kind, map->items[i].container_id, map->items[i].host_id,
			       map->items[i].size);
}

char *mount_idmap_say(const struct spec_id_mappings *uids, const struct spec_id_mappings *gids)
{
	autobuf out = BUF_INIT;

	add_words(&out, 'u', uids);
	add_words(&out, 'g', gids);
	return xstrdup(out.data);
}

char *mount_idmap_words(const struct init *in, const struct mount_entry *e)
{
	const struct spec_linux *l = &in->spec->linux_;

	return mount_idmap_say(e->spec->uid_mappings.count ? &e->spec->uid_mappings : &l->uid_mappings,
			       e->spec->gid_mappings.count ? &e->spec->gid_mappings : &l->gid_mappings);
}
