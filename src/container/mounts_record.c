/* SPDX-License-Identifier: Apache-2.0 */
/* Mount points as inspect shows them, and back from there for --volumes-from. */
#include "container/mounts_record.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "container/mount_option.h"
#include "container/volume.h"
#include "container/volume_use.h"

#include <errno.h>
#include <string.h>

#define SIZE_LIMIT (4 << 20)

static const char *const kinds[] = {
	[MOUNT_POINT_BIND] = "bind",
	[MOUNT_POINT_VOLUME] = "volume",
	[MOUNT_POINT_TMPFS] = "tmpfs",
	[MOUNT_POINT_IMAGE] = "image",
};

/* Docker writes "z" for a volume that was asked for without options. */
static const char *mode_of(const struct mount_point *p)
{
	if (p->mode)
		return p->mode;
	return p->kind == MOUNT_POINT_VOLUME && !p->by_image ? "z" : "";
}

static void write_one(const struct mount_point *p, struct json_writer *w)
{
	const char *source = p->source ? p->source : p->kind == MOUNT_POINT_TMPFS ? "" : p->spec.source;
	const char *propagation = p->propagation ? p->propagation : p->kind == MOUNT_POINT_BIND ? "rprivate" : "";

	json_begin_object(w, NULL);
	json_put_str(w, "Type", kinds[p->kind]);
	if (p->name)
		json_put_str(w, "Name", p->name);
	json_put_str(w, "Source", source);
	json_put_str(w, "Destination", p->spec.destination);
	if (p->kind == MOUNT_POINT_VOLUME)
		json_put_str(w, "Driver", VOLUME_DRIVER);
	json_put_str(w, "Mode", mode_of(p));
	json_put_bool(w, "RW", !p->read_only);
	json_put_str(w, "Propagation", propagation);
	json_end_object(w);
}

void mounts_write(const struct mount_points *list, struct json_writer *w)
{
	json_begin_array(w, "Mounts");
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].listed)
			write_one(&list->items[i], w);
	json_end_array(w);
}

/* What inspect shows of one, as it was written. */
static int read_one(struct json_object *o, struct mount_point *p)
{
	static const char where[] = "record.json: Mounts";
	const char *type = "", *name = NULL, *source = NULL, *mode = NULL, *propagation = "";
	bool writable = true;
	size_t kind = 0;

	if (json_get_str(o, where, "Type", &type) < 0 || json_get_str(o, where, "Name", &name) < 0 ||
	    json_get_str(o, where, "Source", &source) < 0 || json_get_str(o, where, "Mode", &mode) < 0 ||
	    json_get_str(o, where, "Propagation", &propagation) < 0 || json_get_bool(o, where, "RW", &writable) < 0)
		return -EINVAL;
	while (kind < ARRAY_SIZE(kinds) && strcmp(kinds[kind], type) != 0)
		kind++;
	if (kind == ARRAY_SIZE(kinds))
		return fail(-EINVAL, "%s: unknown type %s", where, type);
	p->kind = (enum mount_point_kind)kind;
	p->name = name ? xstrdup(name) : NULL;
	p->source = source ? xstrdup(source) : NULL;
	p->mode = mode ? xstrdup(mode) : NULL;
	p->propagation = mount_propagation(propagation);
	p->read_only = !writable;
	p->listed = p->inherited = true;
	return 0;
}

/* The mount itself is the one of their config.json. */
static int add_theirs(int dir, struct json_object *o, const struct spec_mounts *mounts, bool read_only, struct mount_points *ret)
{
	autocall(mount_point_release) struct mount_point p = { 0 };
	const struct spec_mount *m;
	const char *destination = NULL;
	int r = json_get_str(o, "record.json: Mounts", "Destination", &destination);

	m = r == 1 ? mounts_find(mounts, destination) : NULL;
	if (!m)
		return r < 0 ? r : 0;
	mount_spec_copy(m, &p.spec);
	strv_env_unset(&p.spec.options, "X-mount.chown"); /* U was for their user */
	r = read_one(o, &p);
	if (r < 0)
		return r;
	p.anonymous = p.kind == MOUNT_POINT_VOLUME && volume_use_is_anonymous(dir, p.name ? p.name : "");
	if (read_only) {
		p.read_only = true;
		mount_spec_set_read_only(&p.spec);
	}
	mount_points_add(ret, &p);
	return 0;
}

int mounts_of_container(int dir, bool read_only, struct mount_points *ret)
{
	autojson struct json_object *record = NULL;
	autocall(spec_release) struct spec spec = { 0 };
	struct json_object *list = NULL;
	int r = json_read(dir, "record.json", SIZE_LIMIT, &record);

	if (r == 0)
		r = spec_read_file(dir, "config.json", &spec);
	if (r == 0)
		r = json_get_array(record, "record.json", "Mounts", &list);
	for (size_t i = 0; r >= 0 && list && i < json_object_array_length(list); i++)
		r = add_theirs(dir, json_object_array_get_idx(list, i), &spec.mounts, read_only, ret);
	return r < 0 ? r : 0;
}
