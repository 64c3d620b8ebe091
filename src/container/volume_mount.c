/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_mount.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "container/event.h"
#include "container/volume.h"

#include <errno.h>
#include <string.h>

#define FILE_NAME  "volume-mounts"
#define FILE_LIMIT (1 << 20)

static const char *const kinds[] = { "dir", "tmpfs", "part", "made" };

void volume_mounts_release(struct volume_mounts *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->items[i].name);
		free(m->items[i].propagation);
		free(m->items[i].destination);
	}
	free(m->items);
	*m = (struct volume_mounts){ 0 };
}

static enum volume_mount_kind kind_of(const struct spec_mount *m)
{
	if (!m->type || strcmp(m->type, "bind") == 0)
		return VOLUME_MOUNT_DIR;
	if (strcmp(m->type, "tmpfs") != 0)
		return VOLUME_MOUNT_MADE;
	return m->uid_mappings.count || strv_env_get(&m->options, "X-mount.subdir") ? VOLUME_MOUNT_PART : VOLUME_MOUNT_TMPFS;
}

int volume_mounts_note(int dir, const struct mount_points *list)
{
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < list->count; i++) {
		const struct mount_point *p = &list->items[i];

		if (p->kind != MOUNT_POINT_VOLUME || strchr(p->spec.destination, '\n'))
			continue;
		buf_add_format(&text, "%s %s %s %s %s\n", p->name, kinds[kind_of(&p->spec)], p->read_only ? "ro" : "rw",
			       p->propagation ? p->propagation : "-", p->spec.destination);
	}
	return text.len ? file_write(dir, FILE_NAME, text.data, text.len, 0600, FILE_VOLATILE) : 0;
}

/* The next word of @line, which is cut there; NULL at its end. */
static char *next_word(char **line)
{
	char *word = strsep(line, " ");

	return *line ? word : NULL;
}

static void add_line(char *line, struct volume_mounts *ret)
{
	char *name = next_word(&line), *kind = name ? next_word(&line) : NULL, *access = kind ? next_word(&line) : NULL,
	     *propagation = access ? next_word(&line) : NULL;
	struct volume_mount *m;

	if (!propagation)
		return;
	ret->items = xrealloc(ret->items, (ret->count + 1) * sizeof *ret->items);
	m = &ret->items[ret->count++];
	*m = (struct volume_mount){ .writable = strcmp(access, "rw") == 0,
				    .name = xstrdup(name),
				    .propagation = xstrdup(strcmp(propagation, "-") == 0 ? "" : propagation),
				    .destination = xstrdup(line) };
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			m->kind = (enum volume_mount_kind)i;
}

int volume_mounts_read(int dir, struct volume_mounts *ret)
{
	autobuf text = BUF_INIT;
	char *rest, *line;
	int r = file_read(dir, FILE_NAME, FILE_LIMIT, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	rest = text.data;
	while ((line = strsep(&rest, "\n")))
		add_line(line, ret);
	return 0;
}

void volume_mounts_event(const struct home *home, int dir, const char *id, const char *action)
{
	autocall(volume_mounts_release) struct volume_mounts all = { 0 };
	bool mounted = strcmp(action, "mount") == 0;

	if (volume_mounts_read(dir, &all) < 0)
		error_clear();
	for (size_t i = 0; i < all.count; i++) {
		const struct volume_mount *m = &all.items[i];
		const char *const more[] = { "container",
					     id,
					     "driver",
					     VOLUME_DRIVER,
					     mounted ? "destination" : NULL,
					     m->destination,
					     "propagation",
					     m->propagation,
					     "read/write",
					     m->writable ? "true" : "false",
					     NULL };
		struct event e = { .type = "volume", .action = action, .id = m->name, .more = more };

		event_add(home, &e);
	}
}
