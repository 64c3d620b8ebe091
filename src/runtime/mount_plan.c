/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount_plan.h"

#include "base/memory.h"
#include "base/path.h"

#include <string.h>
#include <sys/mount.h>

static enum mount_kind kind_of(const struct spec_mount *m, const struct mount_options *options)
{
	if (options->bind || (m->type && strcmp(m->type, "bind") == 0))
		return MOUNT_BIND;
	if (m->type && strcmp(m->type, "cgroup") == 0)
		return MOUNT_CGROUP;
	return MOUNT_FILESYSTEM;
}

/* A disk mounted "ro" must not be written to by its own filesystem either (journal replay): the superblock is told, too. */
static void tell_superblock(struct mount_entry *e)
{
	if (e->kind == MOUNT_FILESYSTEM && (e->options.set & MOUNT_ATTR_RDONLY) && e->spec->source && e->spec->source[0] == '/')
		strv_add(&e->options.data, "ro");
}

void mount_plan_make(const struct spec *spec, struct mount_plan *ret)
{
	ret->items = xcalloc(spec->mounts.count + 1, sizeof *ret->items);
	ret->own_dev = true;
	for (size_t i = 0; i < spec->mounts.count; i++) {
		const struct spec_mount *m = &spec->mounts.items[i];
		struct mount_entry *e = &ret->items[ret->count++];
		autofree char *absolute = xasprintf("/%s", m->destination);

		e->spec = m;
		e->destination = path_clean(absolute);
		mount_options_parse(&m->options, &e->options);
		e->kind = kind_of(m, &e->options);
		tell_superblock(e);
		/* id mappings without the word mean idmap: the standard before 1.2 had no word */
		if (m->uid_mappings.count && !e->options.idmap)
			e->options.idmap = true;
		if (strcmp(e->destination, "/dev") == 0 && e->kind == MOUNT_BIND)
			ret->own_dev = false;
	}
}

void mount_plan_release(struct mount_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->items[i].destination);
		mount_options_release(&plan->items[i].options);
	}
	free(plan->items);
	*plan = (struct mount_plan){ 0 };
}
