/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_content.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DATA    "_data"
#define GROWING "copy"   /* being copied; rubbish when nobody holds the lock */
#define GROWN   "copied" /* complete: on its way into _data */

static bool is_bind(const char *options)
{
	autostrv words = { 0 };

	strv_split(&words, options ? options : "", ',');
	return strv_contains(&words, "bind") || strv_contains(&words, "rbind");
}

/* A file system of its own, as mount(8) would be told. */
static void set_device(const struct volume *v, struct mount_point *p)
{
	const char *o = strv_env_get(&v->options, "o"), *type = strv_env_get(&v->options, "type");
	bool bind = is_bind(o);

	p->spec.type = xstrdup(bind ? "bind" : type);
	p->spec.source = xstrdup(strv_env_get(&v->options, "device"));
	if (o && *o)
		strv_split(&p->spec.options, o, ',');
	/* of the container's mount alone: another one may write to the same file system */
	if (p->read_only)
		strv_add(&p->spec.options, bind ? "ro" : "rro");
	if (!bind && !p->no_copy && !p->subpath && !strv_contains(&p->spec.options, "ro"))
		strv_add(&p->spec.options, "tmpcopyup");
	strv_add(&p->spec.options, p->propagation ? p->propagation : "rprivate");
}

int volume_content_spec(const struct store *s, const struct volume *v, struct mount_point *p)
{
	p->source = volume_mountpoint(s, v->name);
	if (v->options.count) {
		set_device(v, p);
	} else {
		p->spec.source = xstrdup(p->source);
		mount_point_set_bind(p, true, true);
	}
	if (p->subpath)
		strv_add_format(&p->spec.options, "X-mount.subdir=%s", p->subpath);
	return 0;
}

static int stop(int fd, const char *name, void *data)
{
	(void)fd;
	(void)name;
	(void)data;
	return 1;
}

static int open_dir(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : fd;
}

struct move {
	int from, to;
};

/* What has come to the same name meanwhile, by another container, stays. */
static int move_one(int fd, const char *name, void *data)
{
	const struct move *m = data;

	(void)fd;
	if (renameat2(m->from, name, m->to, name, RENAME_NOREPLACE) == 0)
		return 0;
	return errno == EEXIST ? dir_remove_tree(m->from, name) : fail_errno("move %s into the volume", name);
}

/* Every entry at once, whole; then the directory's own attributes. */
static int move_in(int fd, int data)
{
	autofd int grown = open_dir(fd, GROWN);
	struct move move = { grown, data };
	int r;

	if (grown < 0)
		return grown == -ENOENT ? 0 : fail_code(grown, "open the volume's first content");
	r = dir_each(grown, ".", move_one, &move);
	if (r < 0)
		return r;
	r = tree_copy_attributes(grown, data, NULL);
	if (r < 0)
		return fail_code(r, "set the attributes of the volume");
	return unlinkat(fd, GROWN, AT_REMOVEDIR) < 0 ? fail_errno("remove the volume's first content") : 0;
}

static int grow(int fd, int from)
{
	autofd int to = -1;
	int r = dir_remove_tree(fd, GROWING);

	if (r == 0 && mkdirat(fd, GROWING, 0700) < 0)
		r = fail_errno("create the volume's first content");
	if (r < 0)
		return r;
	to = open_dir(fd, GROWING);
	if (to < 0)
		return fail_code(to, "open the volume's first content");
	r = tree_copy(from, to);
	if (r < 0)
		return r;
	r = tree_copy_attributes(from, to, NULL);
	if (r < 0)
		return fail_code(r, "set the attributes of the volume");
	return renameat(fd, GROWING, fd, GROWN) < 0 ? fail_errno("finish the volume's first content") : 0;
}

/* A directory of the host that the volume stands for: there is no place beside it. */
static int fill_in_place(const char *path, int from)
{
	autofd int to = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = to < 0 ? fail_errno("open %s", path) : dir_each(to, ".", stop, NULL);

	if (r != 0)
		return r < 0 ? r : 0;
	r = tree_copy(from, to);
	if (r < 0)
		return r;
	r = tree_copy_attributes(from, to, NULL);
	return r < 0 ? fail_code(r, "set the attributes of %s", path) : 0;
}

int volume_content_fill(int fd, int root, const struct volume *v, const struct mount_point *p)
{
	autofd int data = open_dir(fd, DATA), from = -1;
	int r;

	if (data < 0)
		return fail_code(data, "open its directory");
	r = v->options.count ? 0 : move_in(fd, data);
	if (r < 0)
		return r;
	if (v->options.count && strcmp(p->spec.type, "bind") != 0)
		return 0;
	if (!v->options.count) {
		r = dir_each(data, ".", stop, NULL);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	from = beneath_open(root, p->spec.destination, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
	if (from < 0) /* the image has no directory there */
		return 0;
	if (v->options.count)
		return fill_in_place(p->spec.source, from);
	r = grow(fd, from);
	if (r == 0)
		r = move_in(fd, data);
	if (r < 0)
		return r;
	/* once more, for moving the entries has changed the times */
	r = tree_copy_attributes(from, data, NULL);
	return r < 0 ? fail_code(r, "set the attributes of the volume") : 0;
}
