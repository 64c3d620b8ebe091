/* SPDX-License-Identifier: Apache-2.0 */
#include "container/record.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "container/container.h"
#include "container/mount_option.h"
#include "container/mounts_record.h"
#include "container/record_options.h"
#include "container/spec.h"
#include "container/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SIZE_LIMIT   (4 << 20)
#define STOP_TIMEOUT 10 /* seconds, as Docker */

void record_release(struct record *r)
{
	free(r->id);
	free(r->name);
	free(r->image);
	free(r->image_id);
	free(r->path);
	free(r->stop_signal);
	free(r->cgroup);
	free(r->hostname);
	plan_release(&r->plan);
	free(r->ipc_mode);
	free(r->runtime);
	networks_release(&r->networks);
	strv_release(&r->group_add);
	strv_release(&r->labels);
	strv_release(&r->args);
	strv_release(&r->layers);
	strv_release(&r->mounted_images);
	*r = (struct record){ 0 };
}

/* The image's volumes and those of -v that nobody named. */
static void put_volumes(struct json_writer *w, const struct mount_points *mounts)
{
	json_begin_object(w, "Volumes");
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->items[i].anonymous && !mounts->items[i].inherited) {
			json_begin_object(w, mounts->items[i].spec.destination);
			json_end_object(w);
		}
	json_end_object(w);
}

static void put_config(struct json_writer *w, const struct record_source *s)
{
	const struct run_options *o = s->options;
	const struct imageconfig *c = &s->image->config;
	autostrv entrypoint = { 0 };

	if (!o->entrypoint_set)
		strv_add_all(&entrypoint, &c->entrypoint);
	else if (o->entrypoint && o->entrypoint[0])
		strv_add(&entrypoint, o->entrypoint);
	json_begin_object(w, "Config");
	json_put_str(w, "Hostname", s->hostname);
	json_put_str(w, "Domainname", o->domainname ? o->domainname : "");
	json_put_str(w, "User", o->user ? o->user : c->user ? c->user : "");
	json_put_bool(w, "AttachStdin", plan_attaches(o, "stdin"));
	json_put_bool(w, "AttachStdout", plan_attaches(o, "stdout"));
	json_put_bool(w, "AttachStderr", plan_attaches(o, "stderr"));
	plan_write_config(s->plan, w);
	networks_write_config(s->networks, w);
	json_put_strv(w, "Env", s->environment);
	json_put_strv(w, "Cmd", o->command.count > 0 || o->entrypoint_set ? &o->command : &c->cmd);
	json_put_str(w, "Image", o->image);
	json_put_str(w, "WorkingDir", s->spec->process.cwd);
	json_put_strv(w, "Entrypoint", &entrypoint);
	json_put_strv(w, "OnBuild", &c->on_build);
	put_volumes(w, s->mounts);
	record_put_pairs(w, "Labels", s->labels);
	if (o->stop_signal || c->stop_signal)
		json_put_str(w, "StopSignal", o->stop_signal ? o->stop_signal : c->stop_signal);
	if (o->stop_timeout >= 0 || c->stop_timeout >= 0)
		json_put_i64(w, "StopTimeout", o->stop_timeout >= 0 ? o->stop_timeout : c->stop_timeout);
	json_end_object(w);
}

/* "/run": "size=64m" */
static void put_tmpfs(struct json_writer *w, const struct strv *options)
{
	json_begin_object(w, "Tmpfs");
	for (size_t i = 0; i < options->count; i++) {
		const char *text = options->items[i];
		size_t len = strcspn(text, ":");
		autofree char *path = xstrndup(text, len);

		json_put_str(w, path, text[len] ? text + len + 1 : "");
	}
	json_end_object(w);
}

/* What --mount said, as it was said. */
static void put_asked_mounts(struct json_writer *w, const struct strv *options)
{
	static const char *const types[] = { "bind", "volume", "tmpfs", "image" };

	json_begin_array(w, "Mounts");
	for (size_t i = 0; i < options->count; i++) {
		autocall(mount_point_release) struct mount_point p = { 0 };

		if (mount_option_mount(options->items[i], &p) < 0)
			continue;
		json_begin_object(w, NULL);
		json_put_str(w, "Type", types[p.kind]);
		if (p.kind == MOUNT_POINT_BIND || p.name)
			json_put_str(w, "Source", p.name ? p.name : p.spec.source);
		json_put_str(w, "Target", p.spec.destination);
		if (p.read_only)
			json_put_bool(w, "ReadOnly", true);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_host_config(struct json_writer *w, const struct record_source *s)
{
	const struct run_options *o = s->options;

	json_begin_object(w, "HostConfig");
	json_put_strv(w, "Binds", &o->volumes);
	json_put_str(w, "ContainerIDFile", o->cidfile ? o->cidfile : "");
	put_asked_mounts(w, &o->mounts);
	put_tmpfs(w, &o->tmpfs);
	json_put_strv(w, "VolumesFrom", &o->volumes_from);
	json_put_str(w, "VolumeDriver", o->volume_driver ? o->volume_driver : "");
	networks_write_host_config(s->networks, w);
	json_put_strv(w, "Links", s->links);
	plan_write_host_config(s->plan, w);
	record_options_write(w, o, s->spec);
	json_end_object(w);
}

void record_write(const struct record_source *s, struct buf *out)
{
	autostrv command = { 0 };
	autofree char *image_id = xasprintf("%s%s", s->image->id[0] ? "sha256:" : "", s->image->id);
	char created[CLOCK_TEXT_MAX];
	struct json_writer w;

	(void)spec_command(s->options, &s->image->config, &command);
	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "Id", s->id);
	json_put_str(&w, "Created", clock_format(s->created, created));
	json_put_str(&w, "Path", command.items[0]);
	json_begin_array(&w, "Args");
	for (size_t i = 1; i < command.count; i++)
		json_put_str(&w, NULL, command.items[i]);
	json_end_array(&w);
	json_put_str(&w, "Image", image_id);
	json_put_str(&w, "Name", s->name);
	json_put_str(&w, "MountLabel", s->spec->linux_.mount_label ? s->spec->linux_.mount_label : "");
	json_put_str(&w, "ProcessLabel", s->spec->process.selinux_label ? s->spec->process.selinux_label : "");
	json_put_str(&w, "AppArmorProfile", s->spec->process.apparmor_profile ? s->spec->process.apparmor_profile : "");
	put_config(&w, s);
	put_host_config(&w, s);
	mounts_write(s->mounts, &w);
	networks_write_settings(s->networks, &w);
	json_put_strv(&w, "Layers", &s->spec->root.overlay.lower);
	json_put_str(&w, "CgroupPath", s->spec->linux_.cgroups_path);
	json_end_object(&w);
	buf_add_char(out, '\n');
}

static void copy_str(struct json_object *o, const char *where, const char *key, char **ret)
{
	const char *s = NULL;

	if (json_get_str(o, where, key, &s) == 1)
		*ret = xstrdup(s);
}

static void copy_labels(struct json_object *labels, struct strv *ret)
{
	if (!labels || !json_object_is_type(labels, json_type_object))
		return;
	json_object_object_foreach (labels, key, value)
		strv_add_format(ret, "%s=%s", key, json_object_get_string(value));
}

/* Images that --mount type=image shows in the container. */
static int read_mounted_images(struct json_object *o, const char *where, struct strv *ret)
{
	struct json_object *mounts = NULL;
	int r = json_get_array(o, where, "Mounts", &mounts);

	for (size_t i = 0; r > 0 && i < json_object_array_length(mounts); i++) {
		struct json_object *m = json_object_array_get_idx(mounts, i);
		const char *type = "", *name = NULL;

		if (json_get_str(m, where, "Type", &type) >= 0 && strcmp(type, "image") == 0 &&
		    json_get_str(m, where, "Name", &name) == 1)
			strv_add(ret, name);
	}
	return r < 0 ? r : 0;
}

int record_rename(int dirfd, const char *name)
{
	autojson struct json_object *o = NULL;
	const char *text;
	int r = json_read(dirfd, "record.json", SIZE_LIMIT, &o);

	if (r < 0)
		return r;
	if (json_object_object_add(o, "Name", json_object_new_string(name)) < 0)
		return fail(-ENOMEM, "rename the record: out of memory");
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	return file_write(dirfd, "record.json", text, strlen(text), 0600, FILE_VOLATILE);
}

int record_read(int dirfd, struct record *ret)
{
	static const char name[] = "record.json";
	autojson struct json_object *o = NULL;
	autocall(record_release) struct record r = { 0 };
	struct json_object *config, *host;
	const char *created = NULL;
	int e = json_read(dirfd, name, SIZE_LIMIT, &o);

	if (e < 0)
		return e;
	config = json_get(o, "Config");
	host = json_get(o, "HostConfig");
	copy_str(o, name, "Id", &r.id);
	copy_str(o, name, "Name", &r.name);
	copy_str(o, name, "Path", &r.path);
	copy_str(config, name, "Image", &r.image);
	copy_str(config, name, "StopSignal", &r.stop_signal);
	copy_str(config, name, "Hostname", &r.hostname);
	copy_str(host, name, "IpcMode", &r.ipc_mode);
	copy_str(host, name, "Runtime", &r.runtime);
	copy_str(o, name, "CgroupPath", &r.cgroup);
	copy_labels(json_get(config, "Labels"), &r.labels);
	r.stop_timeout = STOP_TIMEOUT;
	if (json_get_i64(config, name, "StopTimeout", &r.stop_timeout) < 0)
		return -EINVAL;
	copy_str(o, name, "Image", &r.image_id);
	if (r.image_id && strncmp(r.image_id, "sha256:", 7) == 0)
		memmove(r.image_id, r.image_id + 7, strlen(r.image_id) - 6);
	if (json_get_str(o, name, "Created", &created) == 1)
		(void)clock_parse(created, &r.created);
	e = json_get_strv(o, name, "Args", &r.args);
	if (e >= 0)
		e = json_get_strv(o, name, "Layers", &r.layers);
	if (e >= 0)
		e = json_get_strv(host, name, "GroupAdd", &r.group_add);
	if (e >= 0)
		e = read_mounted_images(o, name, &r.mounted_images);
	if (e >= 0)
		e = plan_read(config, host, &r.plan);
	if (e >= 0)
		e = networks_read(o, &r.networks);
	if (e < 0)
		return e;
	if (!r.id || !r.name || !r.image_id || !r.path)
		return -EINVAL;
	*ret = r;
	r = (struct record){ 0 };
	return 0;
}

struct each {
	int (*visit)(int dirfd, const struct record *r, void *data);
	void *data;
};

static int visit_one(int dirfd, const char *name, void *data)
{
	const struct each *each = data;
	autofd int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autocall(record_release) struct record r = { 0 };

	if (fd < 0 || record_read(fd, &r) < 0)
		return 0;
	return each->visit(fd, &r, each->data);
}

int record_each(const struct home *home, int (*visit)(int dirfd, const struct record *r, void *data), void *data)
{
	struct each each = { visit, data };

	return dir_each(home->containers, ".", visit_one, &each);
}

struct user_of_image {
	const char *image_id;
	char *name;
	bool running;
};

static int look_for_image(int dirfd, const struct record *r, void *data)
{
	struct user_of_image *u = data;
	autocall(state_release) struct state s = { 0 };

	if (strcmp(r->image_id, u->image_id) != 0 && !strv_contains(&r->mounted_images, u->image_id))
		return 0;
	if (!u->name)
		u->name = xstrdup(r->name);
	if (state_read(dirfd, &s) == 0 && (s.status == STATUS_RUNNING || s.status == STATUS_PAUSED)) {
		xreplace(&u->name, r->name);
		u->running = true;
	}
	return u->running;
}

int container_uses_image(const struct home *home, const char *image_id, char **ret_name, bool *ret_running)
{
	struct user_of_image u = { .image_id = image_id };
	int r = record_each(home, look_for_image, &u);

	if (r < 0) {
		free(u.name);
		return r;
	}
	if (!u.name)
		return 0;
	*ret_name = u.name;
	*ret_running = u.running;
	return 1;
}
