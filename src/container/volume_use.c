/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_use.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "container/volume.h"
#include "container/volume_content.h"
#include "kernel/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME  "volumes"
#define FILE_LIMIT (1 << 20)
#define NAMED      "named "
#define ANONYMOUS  "anonymous "

int volume_use_note(int dir, struct mount_points *list)
{
	autobuf text = BUF_INIT;
	char digits[65];

	for (size_t i = 0; i < list->count; i++) {
		struct mount_point *p = &list->items[i];

		if (p->kind != MOUNT_POINT_VOLUME)
			continue;
		if (!p->name) {
			random_hex(digits, 64);
			p->name = xstrdup(digits);
			p->anonymous = true;
		}
		buf_add_format(&text, "%s%s\n", p->anonymous ? ANONYMOUS : NAMED, p->name);
	}
	return text.len ? file_write(dir, FILE_NAME, text.data, text.len, 0600, FILE_VOLATILE) : 0;
}

static int make(const struct home *home, const struct mount_point *p)
{
	struct volume_request request = { .name = p->name,
					  .anonymous = p->anonymous,
					  .labels = &p->labels,
					  .options = &p->driver_options,
					  .durable = !p->anonymous };
	autofree char *name = NULL;

	return volume_create(home, &request, &name);
}

/* The volume locked and used by the container: it may have to be made, and another command may remove it meanwhile. */
static int take_volume(const struct home *home, const char *id, const struct mount_point *p)
{
	autofd int fd = -1;
	int r;

	while ((fd = volume_lock(home->store, p->name)) == -ENOENT) {
		r = make(home, p);
		if (r < 0)
			return r;
	}
	if (fd < 0)
		return fd;
	r = volume_add_user(fd, id);
	return r < 0 ? r : take_fd(&fd);
}

/* U: the files become the container's user's; those of a file system of its own when it is mounted. */
static int give(const struct volume_start *start, struct mount_point *p)
{
	autofd int fd = -1;

	if (strcmp(p->spec.type, "bind") != 0) {
		strv_add_format(&p->spec.options, "X-mount.chown=%u:%u", start->uid, start->gid);
		return 0;
	}
	fd = openat(AT_FDCWD, p->spec.source, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno("open %s", p->spec.source);
	return sys_chown_tree("the volume becomes the user's", fd, p->spec.source, start->uid, start->gid);
}

static int begin(const struct home *home, const struct volume_start *start, struct mount_point *p)
{
	const struct store *s = home->store;
	autofd int fd = take_volume(home, start->id, p);
	autocall(volume_release) struct volume v = { 0 };
	int r = fd < 0 ? fd : volume_read(s, p->name, &v);

	if (r == 0 && !p->inherited)
		r = volume_content_spec(s, &v, p);
	if (r == 0 && !p->no_copy && !p->inherited && !p->subpath)
		r = volume_content_fill(fd, start->root, &v, p);
	if (r == 0 && p->chown)
		r = give(start, p);
	return r;
}

int volume_use_begin(const struct home *home, const struct volume_start *start, struct mount_point *p)
{
	int r = begin(home, start, p);

	return r < 0 ? fail_while(r, "volume %s", p->name) : 0;
}

static int read_lines(int dir, struct strv *ret)
{
	autobuf text = BUF_INIT;
	int r = file_read(dir, FILE_NAME, FILE_LIMIT, &text);

	if (r == 0)
		strv_split(ret, text.data, '\n');
	return r;
}

bool volume_use_is_anonymous(int dir, const char *name)
{
	autofree char *line = xasprintf(ANONYMOUS "%s", name);
	autostrv lines = { 0 };

	return read_lines(dir, &lines) == 0 && strv_contains(&lines, line);
}

void volume_use_end(const struct home *home, const char *id, bool remove)
{
	const struct store *s = home->store;
	autofree char *path = xasprintf("containers/%s", id);
	autofd int dir = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autostrv lines = { 0 };

	if (dir < 0 || read_lines(dir, &lines) < 0)
		return;
	for (size_t i = 0; i < lines.count; i++) {
		bool anonymous = strncmp(lines.items[i], ANONYMOUS, strlen(ANONYMOUS)) == 0;
		const char *name = strchr(lines.items[i], ' ');
		int r = 0;

		if (!name)
			continue;
		volume_drop_user(s, name + 1, id);
		if (anonymous && remove)
			r = volume_remove(home, name + 1);
		if (r < 0 && r != -EBUSY && r != -ENOENT)
			log_warning("cannot remove volume %s: %s", name + 1, error_text(r));
	}
}
