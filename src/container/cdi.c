/* SPDX-License-Identifier: Apache-2.0 */
#include "container/cdi.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "container/cdi_files.h"
#include "container/device.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const char *const hook_names[] = {
	[SPEC_HOOK_PRESTART] = "prestart",
	[SPEC_HOOK_CREATE_RUNTIME] = "createRuntime",
	[SPEC_HOOK_CREATE_CONTAINER] = "createContainer",
	[SPEC_HOOK_START_CONTAINER] = "startContainer",
	[SPEC_HOOK_POSTSTART] = "poststart",
	[SPEC_HOOK_POSTSTOP] = "poststop",
};

/* Which edits are being made, and of which file. */
struct edit {
	const char *file;
	struct spec *spec;
};

typedef int edit_one(const struct edit *e, struct json_object *o);

/* Calls @one for each object of the array @key. */
static int each(const struct edit *e, struct json_object *edits, const char *key, edit_one *one)
{
	struct json_object *list = NULL;
	int r = json_get_array(edits, e->file, key, &list);

	for (size_t i = 0; r > 0 && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (!json_object_is_type(o, json_type_object))
			return fail(-EINVAL, "%s.%s: it is not an object", e->file, key);
		r = one(e, o);
		if (r < 0)
			return r;
		r = 1;
	}
	return r < 0 ? r : 0;
}

static int edit_env(const struct edit *e, struct json_object *edits)
{
	autostrv list = { 0 };
	int r = json_get_strv(edits, e->file, "env", &list);

	for (size_t i = 0; r >= 0 && i < list.count; i++) {
		if (!strchr(list.items[i], '=') || list.items[i][0] == '=')
			return fail(-EINVAL, "%s.env: \"%s\" is not NAME=VALUE", e->file, list.items[i]);
		strv_env_set(&e->spec->process.env, list.items[i]);
	}
	return r < 0 ? r : 0;
}

static int get_id(struct json_object *o, const struct edit *e, const char *key, struct opt_u64 *ret)
{
	uint32_t value = 0;
	int r = json_get_u32(o, e->file, key, &value);

	if (r > 0)
		*ret = (struct opt_u64){ true, value };
	return r < 0 ? r : 0;
}

/* Type and numbers that the file does not say are those of the host's node. */
static int complete(struct spec_device *d, const char *type, bool numbered, const char *host)
{
	struct stat st;

	if (type && (strlen(type) != 1 || !strchr("bcup", type[0])))
		return fail(-EINVAL, "device %s: \"%s\" is no type of a device", d->path, type);
	d->type = type ? type[0] : 0;
	if (d->type == 'p' || (d->type && numbered))
		return 0;
	if (stat(host, &st) < 0)
		return fail_errno("find the device %s", host);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return fail(-EINVAL, "add the device %s: it is not a device node", host);
	if (!d->type)
		d->type = S_ISBLK(st.st_mode) ? 'b' : 'c';
	if ((d->type == 'b') != S_ISBLK(st.st_mode))
		return fail(-EINVAL, "add the device %s: it is not of type %c", host, d->type);
	if (!numbered) {
		d->major = major(st.st_rdev);
		d->minor = minor(st.st_rdev);
	}
	if (!d->file_mode.set)
		d->file_mode = (struct opt_u64){ true, st.st_mode & 07777 };
	return 0;
}

static int edit_node(const struct edit *e, struct json_object *o)
{
	const char *path = NULL, *host = NULL, *type = NULL, *access = "rwm";
	struct spec_device *d;
	int64_t minor_number = 0, major_number = 0;
	int r = json_get_str(o, e->file, "path", &path), numbered;

	if (r >= 0 && (!path || path[0] != '/'))
		return fail(-EINVAL, "%s.deviceNodes: the path is missing or not absolute", e->file);
	host = path;
	if (r >= 0)
		r = json_get_str(o, e->file, "hostPath", &host);
	if (r >= 0)
		r = json_get_str(o, e->file, "type", &type);
	if (r >= 0)
		r = json_get_str(o, e->file, "permissions", &access);
	if (r >= 0)
		r = json_get_i64(o, e->file, "minor", &minor_number);
	numbered = r < 0 ? r : json_get_i64(o, e->file, "major", &major_number);
	if (numbered < 0)
		return numbered;
	if (!device_is_access(access))
		return fail(-EINVAL, "%s.deviceNodes: invalid permissions \"%s\"", e->file, access);
	d = spec_grow(&e->spec->linux_.devices);
	d->path = xstrdup(path);
	d->major = major_number;
	d->minor = minor_number;
	if (e->spec->process.user.uid > 0) /* the specification: the user's, unless the file says whose */
		d->uid = (struct opt_u64){ true, e->spec->process.user.uid };
	if (e->spec->process.user.gid > 0)
		d->gid = (struct opt_u64){ true, e->spec->process.user.gid };
	r = get_id(o, e, "fileMode", &d->file_mode);
	if (r == 0)
		r = get_id(o, e, "uid", &d->uid);
	if (r == 0)
		r = get_id(o, e, "gid", &d->gid);
	if (r == 0)
		r = complete(d, type, numbered, host);
	if (r == 0 && d->type != 'p')
		device_rule_add(&e->spec->linux_.resources.devices, true, d->type == 'b' ? 'b' : 'c', d->major, d->minor, access);
	return r;
}

static int edit_mount(const struct edit *e, struct json_object *o)
{
	const char *source = NULL, *destination = NULL, *type = NULL;
	autostrv options = { 0 };
	struct spec_mount *m;
	int r = json_get_str(o, e->file, "hostPath", &source);

	if (r >= 0)
		r = json_get_str(o, e->file, "containerPath", &destination);
	if (r >= 0)
		r = json_get_str(o, e->file, "type", &type);
	if (r >= 0)
		r = json_get_strv(o, e->file, "options", &options);
	if (r < 0)
		return r;
	if (!source || !destination || destination[0] != '/')
		return fail(-EINVAL, "%s.mounts: hostPath or an absolute containerPath is missing", e->file);
	m = spec_grow(&e->spec->mounts);
	m->type = xstrdup(type && *type ? type : "bind");
	m->source = xstrdup(source);
	m->destination = xstrdup(destination);
	if (strcmp(m->type, "bind") == 0 && !strv_contains(&options, "bind") && !strv_contains(&options, "rbind"))
		strv_add(&m->options, "bind");
	strv_add_all(&m->options, &options);
	return 0;
}

static int edit_hook(const struct edit *e, struct json_object *o)
{
	const char *kind = NULL, *path = NULL;
	struct spec_hook *h = NULL;
	int r = json_get_str(o, e->file, "hookName", &kind);

	if (r >= 0)
		r = json_get_str(o, e->file, "path", &path);
	if (r < 0)
		return r;
	for (size_t i = 0; kind && i < ARRAY_SIZE(hook_names) && !h; i++)
		if (strcmp(hook_names[i], kind) == 0)
			h = spec_grow(&e->spec->hooks[i]);
	if (!h || !path || path[0] != '/')
		return fail(-EINVAL, "%s.hooks: there is no hook \"%s\", or its path is not absolute", e->file, kind ? kind : "");
	h->path = xstrdup(path);
	r = json_get_strv(o, e->file, "args", &h->args);
	if (r >= 0)
		r = json_get_strv(o, e->file, "env", &h->env);
	if (r >= 0)
		r = json_get_i64(o, e->file, "timeout", &h->timeout.value);
	h->timeout.set = r > 0;
	return r < 0 ? r : 0;
}

static int edit_groups(const struct edit *e, struct json_object *edits)
{
	struct spec_user *u = &e->spec->process.user;
	struct json_object *list = NULL;
	int r = json_get_array(edits, e->file, "additionalGids", &list);

	for (size_t i = 0; r > 0 && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		int64_t gid = json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : -1;

		if (gid < 0 || gid > INT_MAX)
			return fail(-EINVAL, "%s.additionalGids: it is no group", e->file);
		if (gid == 0) /* the specification: root's group is never added */
			continue;
		u->additional_gids = xrealloc(u->additional_gids, (u->additional_gid_count + 1) * sizeof *u->additional_gids);
		u->additional_gids[u->additional_gid_count++] = (uint32_t)gid;
	}
	return r < 0 ? r : 0;
}

static int make_edits(const struct edit *e, struct json_object *holder)
{
	static const char *const absent[] = { "intelRdt", "netDevices" };
	struct json_object *edits = NULL;
	int r = json_get_object(holder, e->file, "containerEdits", &edits);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (json_get(edits, absent[i]))
			return fail(-ENOTSUP, "%s: hoy does not make the edit %s", e->file, absent[i]);
	r = edit_env(e, edits);
	if (r == 0)
		r = each(e, edits, "deviceNodes", edit_node);
	if (r == 0)
		r = each(e, edits, "mounts", edit_mount);
	if (r == 0)
		r = each(e, edits, "hooks", edit_hook);
	return r == 0 ? edit_groups(e, edits) : r;
}

static int unresolvable(const char *name)
{
	int r = fail(-ENODEV, "CDI device injection failed: unresolvable CDI devices %s", name);

	return fail_hint(r, "no file in /etc/cdi or /var/run/cdi describes it");
}

static int inject_one(struct cdi_files *files, const char *name, struct spec *spec)
{
	struct json_object *device = NULL;
	struct cdi_file *file = NULL;
	struct edit e = { .spec = spec };
	int r = cdi_files_find(files, name, &file, &device);

	if (r < 0)
		return r == -ENODEV ? unresolvable(name) : r;
	e.file = file->name;
	r = make_edits(&e, device);
	if (r == 0 && !file->used)
		r = make_edits(&e, file->root);
	file->used = true;
	return r;
}

int cdi_inject(const struct strv *names, struct spec *spec)
{
	autocall(cdi_files_release) struct cdi_files files = { 0 };
	int r = names->count ? cdi_files_read(&files) : 0;

	for (size_t i = 0; r == 0 && i < names->count; i++)
		r = inject_one(&files, names->items[i], spec);
	return r;
}

const char *cdi_find_kind(const char *const *kinds)
{
	autocall(cdi_files_release) struct cdi_files files = { 0 };

	if (cdi_files_read(&files) < 0)
		return NULL;
	for (; *kinds; kinds++)
		for (size_t i = 0; i < files.count; i++)
			if (strcmp(files.items[i].kind, *kinds) == 0)
				return *kinds;
	return NULL;
}
