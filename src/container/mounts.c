/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mounts.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "container/handle.h"
#include "container/mount_option.h"
#include "container/mount_shared.h"
#include "container/mounts_record.h"
#include "container/user.h"
#include "container/volume.h"
#include "container/volume_mount.h"
#include "container/volume_use.h"
#include "kernel/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMAGE_VOLUMES_MAX 256

/* ---- the plan --------------------------------------------------------------------------------------------------- */

static int add(const char *text, int (*read)(const char *, struct mount_point *), struct mount_points *ret)
{
	autocall(mount_point_release) struct mount_point p = { 0 };
	int r = read(text, &p);

	if (r < 0)
		return r;
	if (mount_points_find(ret, p.spec.destination))
		return fail(-EINVAL, "duplicate mount point: %s", p.spec.destination);
	mount_points_add(ret, &p);
	return 0;
}

static int add_options(const struct run_options *o, struct mount_points *ret)
{
	static const struct {
		size_t offset;
		int (*read)(const char *text, struct mount_point *ret);
	} kinds[] = {
		{ offsetof(struct run_options, volumes), mount_option_volume },
		{ offsetof(struct run_options, mounts), mount_option_mount },
		{ offsetof(struct run_options, tmpfs), mount_option_tmpfs },
	};

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct strv *options = (const void *)((const char *)o + kinds[k].offset);

		for (size_t i = 0; i < options->count; i++) {
			int r = add(options->items[i], kinds[k].read, ret);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* Those of another container; of several containers the last one wins, as with Docker, and the options before all. */
static int add_from(const struct home *home, const struct strv *from, struct mount_points *ret)
{
	for (size_t i = from->count; i > 0; i--) {
		autocall(mount_points_release) struct mount_points theirs = { 0 };
		autocall(handle_release) struct handle h = HANDLE_NONE;
		autofree char *name = NULL;
		bool read_only;
		int r = mount_option_from(from->items[i - 1], &name, &read_only);

		if (r == 0)
			r = handle_open(home, name, &h);
		if (r == 0)
			r = mounts_of_container(h.dir, read_only, &theirs);
		if (r < 0)
			return fail_while(r, "--volumes-from %s", from->items[i - 1]);
		for (size_t k = 0; k < theirs.count; k++)
			if (!mount_points_find(ret, theirs.items[k].spec.destination))
				mount_points_add(ret, &theirs.items[k]);
	}
	return 0;
}

/* The image's text: a path in the container and nothing else. */
static int add_image_volumes(const struct strv *volumes, struct mount_points *ret)
{
	if (volumes->count > IMAGE_VOLUMES_MAX)
		return fail(-E2BIG, "the image has more than %d volumes", IMAGE_VOLUMES_MAX);
	for (size_t i = 0; i < volumes->count; i++) {
		autocall(mount_point_release) struct mount_point p = { .kind = MOUNT_POINT_VOLUME,
								       .by_image = true,
								       .listed = true };
		autofree char *path = path_join("/", volumes->items[i]);
		int r = mount_point_set_target(&p, path);

		if (r < 0)
			return fail_while(r, "the image's volume %s", volumes->items[i]);
		if (!mount_points_find(ret, p.spec.destination))
			mount_points_add(ret, &p);
	}
	return 0;
}

int mounts_plan(const struct home *home, const struct run_options *o, const struct image *image, struct mount_points *ret)
{
	int r = volume_check_driver(o->volume_driver);

	if (r == 0)
		r = add_options(o, ret);
	if (r == 0)
		r = add_from(home, &o->volumes_from, ret);
	if (r == 0)
		r = add_image_volumes(&image->config.volumes, ret);
	mount_points_sort(ret);
	return r;
}

/* ---- what they need --------------------------------------------------------------------------------------------- */

/* -v makes a missing directory on the host: so does Docker, and scripts count on it. */
static int make_source(const char *source)
{
	struct stat st;

	if (stat(source, &st) == 0)
		return 0;
	if (errno != ENOENT)
		return fail_errno("look at %s", source);
	return dir_make_all(AT_FDCWD, source, 0755);
}

/* The mapping of one owner; nobody else's files are anybody's there. */
static int match_owner(const struct mounts_place *place, struct mount_point *p)
{
	autocall(user_release) struct user user = { .uid = place->uid, .gid = place->gid };
	struct spec_mount *m = &p->spec;
	struct strv none = { 0 };
	struct stat st;
	int r = *p->match_user ? user_resolve(place->root, p->match_user, &none, &user) : 0;

	if (r < 0)
		return fail_while(r, "bind-idmap=match-user:%s", p->match_user);
	if (stat(m->source, &st) < 0)
		return fail_errno("look at %s", m->source);
	*spec_grow(&m->uid_mappings) = (struct spec_id_mapping){ st.st_uid, user.uid, 1 };
	*spec_grow(&m->gid_mappings) = (struct spec_id_mapping){ st.st_gid, user.gid, 1 };
	strv_add(&m->options, strv_contains(&m->options, "rbind") ? "ridmap" : "idmap");
	return 0;
}

static int prepare_bind(const struct mounts_place *place, struct mount_point *p)
{
	const char *source = p->spec.source;
	autofd int fd = -1;
	int r = 0;

	if (p->create_source)
		r = make_source(source);
	else if (access(source, F_OK) < 0)
		r = fail(-errno, "invalid mount config for type \"bind\": bind source path does not exist: %s", source);
	if (r == 0)
		r = mount_shared_check(source, p->propagation);
	if (r == 0 && p->match_user)
		r = match_owner(place, p);
	if (r < 0 || !p->chown)
		return r;
	fd = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail_errno("open %s", source);
	return sys_chown_tree("-v …:U: the files become the user's", fd, source, place->uid, place->gid);
}

/* A path in an overlay's option: a colon would end it. */
static void add_layer(struct buf *out, const char *path)
{
	for (; *path; path++) {
		if (*path == ':' || *path == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *path);
	}
}

/* Another image's layers, read-only. One alone is no overlay, and needs none. */
static int prepare_image(const struct store *s, struct mount_point *p)
{
	__attribute__((cleanup(image_release))) struct image image = { 0 };
	autobuf lower = BUF_INIT;
	int r = image_find(s, p->name, &image);

	if (r == 0 && image.layers.count == 0)
		r = -ENOENT;
	if (r < 0)
		return r == -ENOENT ? fail(r, "No such image: %s", p->name) : r;
	xreplace(&p->name, image.id);
	p->source = xstrdup("");
	if (image.layers.count == 1) {
		p->spec.source = xstrdup(image.layers.items[0]);
		mount_point_set_bind(p, false, true);
	} else {
		p->spec.type = xstrdup("overlay");
		p->spec.source = xstrdup("overlay");
		buf_add_str(&lower, "lowerdir=");
		for (size_t i = image.layers.count; i > 0; i--) {
			add_layer(&lower, image.layers.items[i - 1]);
			buf_add_str(&lower, i > 1 ? ":" : "");
		}
		strv_add(&p->spec.options, "ro");
		strv_add(&p->spec.options, lower.data);
	}
	if (p->subpath)
		strv_add_format(&p->spec.options, "X-mount.subdir=%s", p->subpath);
	return 0;
}

static int prepare_one(const struct mounts_place *place, struct mount_point *p)
{
	const struct volume_start start = { place->id, place->root, place->uid, place->gid };

	switch (p->kind) {
	case MOUNT_POINT_BIND:
		return prepare_bind(place, p);
	case MOUNT_POINT_VOLUME:
		return volume_use_begin(place->home, &start, p);
	case MOUNT_POINT_IMAGE:
		return p->inherited ? 0 : prepare_image(place->home->store, p);
	case MOUNT_POINT_TMPFS:
		return 0;
	}
	return -EINVAL;
}

/* The file system of a volume that is at several places is mounted once: all show the same files. */
static void join_places(struct mount_points *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct mount_point *p = &list->items[i];
		size_t places = 0;

		if (p->kind != MOUNT_POINT_VOLUME || strcmp(p->spec.type, "bind") == 0)
			continue;
		for (size_t k = 0; k < list->count; k++)
			places += list->items[k].kind == MOUNT_POINT_VOLUME && strcmp(list->items[k].name, p->name) == 0;
		strv_env_unset(&p->spec.options, "X-mount.same");
		if (places > 1)
			strv_add_format(&p->spec.options, "X-mount.same=%s", p->name);
	}
}

int mounts_prepare(const struct mounts_place *place, struct mount_points *list)
{
	int r = volume_use_note(place->dir, list);

	for (size_t i = 0; r == 0 && i < list->count; i++)
		r = prepare_one(place, &list->items[i]);
	if (r < 0)
		return r;
	join_places(list);
	return volume_mounts_note(place->dir, list);
}
